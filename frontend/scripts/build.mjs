// Builds the app into dist/ and lays the API docs' assets beside it, which the API's /docs page loads from its own origin. Beside
// each text lies what is sent of it: packed once as tightly as possible, instead of in a hurry for every visitor.
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";

await build();

const require = createRequire(import.meta.url);
const assets = dirname(require.resolve("swagger-ui-dist/package.json"));
const target = fileURLToPath(new URL("../dist/docs-assets/", import.meta.url));
await mkdir(target, { recursive: true });
for (const name of ["swagger-ui-bundle.js", "swagger-ui.css"]) {
  await copyFile(join(assets, name), join(target, name));
}

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const texts = (await readdir(dist, { recursive: true })).filter((name) =>
  /\.(js|css|svg|html)$/.test(name),
);
const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
for (const name of texts) {
  const content = await readFile(join(dist, name));
  await writeFile(join(dist, `${name}.br`), brotliCompressSync(content, quality));
  await writeFile(join(dist, `${name}.gz`), gzipSync(content, { level: 9 }));
}
