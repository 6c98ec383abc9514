import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { expressionOutcome, formOutcome, openingOutcome, type Vectors } from "./outcome";

// The same file that the server's evaluator is held to.
const path = resolve(import.meta.dirname, "../../../../tests/vectors/expressions.json");
const vectors: Vectors = JSON.parse(readFileSync(path, "utf-8"));

// The app loads RE2 late (see vite.config.ts); here it is there from the start.
vi.mock("re2js", () => vi.importActual("re2js-itself"));

describe("the evaluator agrees with the server", () => {
  test("there are enough cases to mean something", () => {
    const { expressions, cases, openings } = vectors;
    expect(expressions.length + cases.length + openings.length).toBeGreaterThanOrEqual(2000);
  });

  test.each(vectors.expressions.map((one, at) => [at, one.text, one] as const))(
    "%i: %s",
    (_at, _text, one) => expect(expressionOutcome(one)).toEqual(one.expect),
  );

  test.each(vectors.cases.map((one, at) => [at, one.form, one] as const))(
    "%i: form %s",
    (_at, _name, one) => expect(formOutcome(vectors.forms, one)).toEqual(one.expect),
  );

  test.each(vectors.openings.map((one, at) => [at, one.form, one] as const))(
    "%i: form %s opens",
    (_at, _name, one) => expect(openingOutcome(vectors.forms, one)).toEqual(one.expect),
  );
});
