// Judges pages with Lighthouse: `node audit.mjs BROWSER ADDRESS…` prints one line of JSON for each. `BROWSER_ARGS` are the
// browser's own arguments, separated by spaces. The pages are judged as on a phone with a slow line, Lighthouse's usual setting.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import lighthouse from "lighthouse";

const [browser, ...addresses] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "prs-lighthouse-"));
const own = (process.env.BROWSER_ARGS ?? "").split(" ").filter(Boolean);
const child = spawn(
  browser,
  [...own, "--headless=new", "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"],
  { stdio: ["ignore", "ignore", "pipe"] },
);

/** The port that the browser says it listens on. */
const port = await new Promise((resolve, reject) => {
  let said = "";
  child.stderr.on("data", (part) => {
    said += part;
    const found = said.match(/DevTools listening on ws:\/\/[^:]+:(\d+)\//);
    if (found) resolve(Number(found[1]));
  });
  child.on("exit", (code) => reject(new Error(`the browser ended with ${code}: ${said.slice(-2000)}`)));
});

const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];

try {
  for (const address of addresses) {
    const { lhr } = await lighthouse(address, { port, logLevel: "error", onlyCategories: CATEGORIES });
    const failed = Object.values(lhr.audits)
      .filter(({ score, scoreDisplayMode }) => score !== null && score < 0.9 && scoreDisplayMode !== "informative")
      .map(({ id, score, displayValue }) => [id, score, displayValue ?? ""]);
    const scores = Object.entries(lhr.categories).map(([name, { score }]) => [name, score * 100]);
    const shown = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift"];
    const figures = shown.map((name) => [name, lhr.audits[name].numericValue]);
    console.log(
      JSON.stringify({ address, scores: Object.fromEntries(scores), figures: Object.fromEntries(figures), failed }),
    );
  }
} finally {
  child.removeAllListeners("exit");
  child.kill();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
