// The gzip sizes of what each route loads before it can be used, read from the build's manifest. Fails over a budget.
//   node scripts/size.mjs [--files] [folder of the build]
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const folder = process.argv.slice(2).find((one) => !one.startsWith("--"));
const dist = folder ? resolve(folder) : fileURLToPath(new URL("../dist", import.meta.url));
const manifest = JSON.parse(await readFile(`${dist}/.vite/manifest.json`, "utf8"));

function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) closure(next, seen);
  return seen;
}

async function gzipped(file) {
  return gzipSync(await readFile(`${dist}/${file}`), { level: 9 }).length;
}

async function report(label, roots, limit) {
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
  if (js > limit) {
    console.error(`${label}: over its budget of ${limit / 1000} kB.`);
    process.exitCode = 1;
  }
}

const lazy = (name) => Object.keys(manifest).filter((key) => key.endsWith(name));
await report("first page (catalogue)", ["index.html", ...lazy("routes/CatalogRoute.tsx")], 100_000);
await report("event page", ["index.html", ...lazy("routes/EventRoute.tsx")], 105_000);
await report("participant's route", ["index.html", ...lazy("routes/RegisterRoute.tsx")], 120_000);
await report("staff", ["index.html", ...lazy("routes/StaffRoute.tsx")], Number.POSITIVE_INFINITY);
