// Prints the gzip size of the JavaScript and CSS a participant downloads for the wizard, from dist/.vite/manifest.json.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(await readFile(new URL(".vite/manifest.json", dist), "utf8"));

function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) closure(next, seen);
  return seen;
}

async function gzipped(file) {
  return gzipSync(await readFile(new URL(file, dist)), { level: 9 }).length;
}

async function report(label, roots) {
  const keys = new Set(roots.flatMap((root) => [...closure(root)]));
  const scripts = new Set();
  const styles = new Set();
  for (const key of keys) {
    scripts.add(manifest[key].file);
    for (const css of manifest[key].css ?? []) styles.add(css);
  }
  const sum = async (files) =>
    (await Promise.all([...files].map(gzipped))).reduce((a, b) => a + b, 0);
  const [js, css] = [await sum(scripts), await sum(styles)];
  console.log(
    `${label}: JS ${(js / 1000).toFixed(1)} kB gzip, CSS ${(css / 1000).toFixed(1)} kB gzip`,
  );
  if (process.argv.includes("--files")) {
    for (const file of scripts)
      console.log(`    ${file} ${((await gzipped(file)) / 1000).toFixed(1)} kB`);
  }
  return js;
}

const lazy = (name) => Object.keys(manifest).filter((key) => key.endsWith(name));
await report("first page (catalogue)", ["index.html", ...lazy("routes/CatalogRoute.tsx")]);
const participant = await report("participant's route", [
  "index.html",
  ...lazy("routes/RegisterRoute.tsx"),
  ...lazy("lib/forms/index.ts"),
]);
await report("staff", ["index.html", ...lazy("routes/StaffRoute.tsx")]);
const limit = 120_000;
if (participant > limit) {
  console.error(`The participant's route is over ${limit / 1000} kB.`);
  process.exit(1);
}
