// Builds the app into dist/ and lays the API docs' assets beside it, which the API's /docs page loads from its own origin.
import { copyFile, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

await build();

const require = createRequire(import.meta.url);
const assets = dirname(require.resolve("swagger-ui-dist/package.json"));
const target = fileURLToPath(new URL("../dist/docs-assets/", import.meta.url));
await mkdir(target, { recursive: true });
for (const name of ["swagger-ui-bundle.js", "swagger-ui.css"]) {
  await copyFile(join(assets, name), join(target, name));
}
