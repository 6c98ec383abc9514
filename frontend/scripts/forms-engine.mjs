// The forms engine outside the browser, for the tests and benchmarks of the server:
// `node scripts/forms-engine.mjs compare|time < cases.json > outcome.json`
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

async function load(entry) {
  const folder = mkdtempSync(join(tmpdir(), "prs-forms-"));
  try {
    const { output } = await build({
      root: here(".."),
      configFile: false,
      logLevel: "error",
      ssr: { noExternal: true },
      build: { ssr: here(entry), write: false, minify: true, target: "node20" },
    });
    const file = join(folder, "engine.mjs");
    writeFileSync(file, output[0].code);
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The outcome of each case, in the order of the cases. */
function compare(engine, { expressions, forms, cases, openings }) {
  return {
    expressions: expressions.map((one) => engine.expressionOutcome(one)),
    cases: cases.map((one) => engine.formOutcome(forms, one)),
    openings: openings.map((one) => engine.openingOutcome(forms, one)),
  };
}

/** Milliseconds of each evaluation after one answer: the whole form, as the screen does it. */
function time(engine, { source, compiled, answers, clock, rounds }) {
  const taken = [];
  for (let round = 0; round < rounds; round += 1) {
    const changed = { ...answers, ...answers.changes[round % answers.changes.length] };
    delete changed.changes;
    const began = performance.now();
    engine.evaluate(compiled, source, changed, clock);
    taken.push(performance.now() - began);
  }
  return { milliseconds: taken };
}

const modes = {
  compare: ["../src/lib/forms/outcome.ts", compare],
  time: ["../src/lib/forms/index.ts", time],
};
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const given = JSON.parse(Buffer.concat(chunks).toString("utf-8"));
const [entry, run] = modes[process.argv[2]];
process.stdout.write(JSON.stringify(run(await load(entry), given)));
