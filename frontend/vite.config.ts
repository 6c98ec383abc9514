import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const api = process.env.PRS_API_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: [
      { find: "@", replacement: here("./src") },
      { find: "re2js-itself", replacement: here("./node_modules/re2js/build/index.js") },
      { find: /^re2js$/, replacement: here("./src/lib/regex/lazyRe2.ts") },
    ],
  },
  server: { proxy: { "/api": api, "/files": api, "/schema": api } },
  preview: { proxy: { "/api": api, "/files": api, "/schema": api } },
  build: {
    manifest: true,
    // A data: URL would need its own source in the content security policy.
    assetsInlineLimit: 0,
    // What nearly every page uses lies in one chunk: it compresses better than in a dozen small ones. A lower number would
    // bring the staff's parts to participants.
    rolldownOptions: {
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            // What draws and checks a form, which the wizard and the organiser's preview both need whole.
            {
              name: "forms",
              test: /src\/(features\/registration\/form\/\w+\.tsx?|lib\/screen|lib\/forms\/(?!codes|countries|languages|outcome)|components\/answers\/formatAnswer|components\/ui\/(ChoiceFields|FieldGroup)|features\/registration\/draft\/snapshot)/,
            },
            { name: "shared", minShareCount: 12, priority: 1 },
          ],
        },
      },
    },
  },
  test: {
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: {
          name: "app",
          environment: "jsdom",
          environmentOptions: { jsdom: { url: "http://localhost:3000/" } },
          setupFiles: ["src/testing/setup.ts"],
          include: ["src/**/*.test.{ts,tsx}"],
          exclude: ["src/lib/forms/**"],
          css: false,
          testTimeout: 30_000,
          env: { DEBUG_PRINT_LIMIT: "0" },
        },
      },
      {
        extends: true,
        test: {
          name: "forms",
          environment: "node",
          setupFiles: ["src/testing/setupForms.ts"],
          include: ["src/lib/forms/**/*.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "build",
          environment: "node",
          include: ["scripts/tests/*.test.ts"],
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
