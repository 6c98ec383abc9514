// Writes src/generated/schema.d.ts from openapi.json; with --check it only compares, so that drift fails the check.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const source = new URL("../openapi.json", import.meta.url);
const target = new URL("../src/generated/schema.d.ts", import.meta.url);
const banner = "// Generated from openapi.json by `npm run generate`. Do not edit.\n\n";

const wanted = banner + astToString(await openapiTS(source, { defaultNonNullable: false }));

if (process.argv.includes("--check")) {
  const present = await readFile(target, "utf8").catch(() => "");
  if (present !== wanted) {
    console.error("src/generated/schema.d.ts differs from openapi.json: run `npm run generate`.");
    process.exit(1);
  }
  console.log("The generated client agrees with openapi.json.");
} else {
  await writeFile(target, wanted);
  console.log("Wrote src/generated/schema.d.ts.");
}
