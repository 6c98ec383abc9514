import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const env = { ...process.env, NODE_ENV: "production" };

function measure(folder: string) {
  const command = [join(root, "scripts/size.mjs"), folder];
  return spawnSync(process.execPath, command, { env, encoding: "utf8" });
}

describe("what a participant downloads", () => {
  const dist = mkdtempSync(join(tmpdir(), "prs-size-"));

  beforeAll(() => {
    const vite = join(root, "node_modules/vite/bin/vite.js");
    const command = [vite, "build", "--outDir", dist, "--logLevel", "error"];
    execFileSync(process.execPath, command, { cwd: root, env });
  });

  afterAll(() => rmSync(dist, { recursive: true }));

  it("stays within its budget", () => {
    const { status, stdout, stderr } = measure(dist);
    expect(stderr).toBe("");
    expect(stdout).toContain("participant's route: JS 1");
    expect(status).toBe(0);
  });

  it("would be noticed over it", () => {
    const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));
    const { file } = manifest["src/app/routes/RegisterRoute.tsx"];
    const noise = Array.from({ length: 60_000 }, () => Math.random().toString(36)[2]).join("");
    writeFileSync(join(dist, file), `${readFileSync(join(dist, file), "utf8")}//${noise}`);
    const { status, stderr } = measure(dist);
    expect(stderr).toContain("participant's route: over its budget");
    expect(status).toBe(1);
  });
});
