/** The rooms of the app: routes compose features, features know the shared parts and never each other. */
module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "features-are-islands",
      comment: "What two features need lies in components/ or lib/; a route composes them.",
      severity: "error",
      from: { path: "^src/features/([^/]+)/" },
      to: { path: "^src/features/", pathNot: "^src/features/$1/" },
    },
    {
      name: "shared-below-features",
      severity: "error",
      from: { path: "^src/(components|lib|generated|styles)/", pathNot: "\\.test\\.tsx?$" },
      to: { path: "^src/(features|app|testing)/" },
    },
    {
      name: "lib-below-components",
      severity: "error",
      from: { path: "^src/lib/", pathNot: "\\.test\\.tsx?$" },
      to: { path: "^src/components/" },
    },
    {
      name: "app-on-top",
      severity: "error",
      from: { path: "^src/features/", pathNot: "\\.test\\.tsx?$" },
      to: { path: "^src/(app|testing)/" },
    },
    {
      name: "forms-engine-is-pure",
      severity: "error",
      from: { path: "^src/lib/forms/" },
      to: { path: "^(src/(?!lib/forms/)|node_modules/react)" },
    },
    {
      name: "no-orphans",
      severity: "error",
      from: {
        orphan: true,
        pathNot: "\\.d\\.ts$|\\.test\\.tsx?$|^src/(main|testing/setup(Forms)?)\\.tsx?$",
      },
      to: {},
    },
    {
      name: "not-to-dev",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/testing/|\\.test\\.tsx?$" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "default"],
    },
  },
};
