import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test, vi } from "vitest";
import { evaluate, openingItem, validate } from ".";
import type { Clock, CompiledForm, FormDocument, Json } from "./types";

const path = resolve(import.meta.dirname, "../../../../tests/vectors/expressions.json");
const forms: { [name: string]: { source: FormDocument; compiled: CompiledForm } } = JSON.parse(
  readFileSync(path, "utf-8"),
).forms;
const clock: Clock = { now: "2026-11-20T20:00:00Z", timezone: "Asia/Kolkata" };

function form(name: string): { source: FormDocument; compiled: CompiledForm } {
  const found = forms[name];
  if (!found) throw new Error(`no form ${name}`);
  return found;
}

// The app loads RE2 late (see vite.config.ts); here it is there from the start.
vi.mock("re2js", () => vi.importActual("re2js-itself"));

test("a page appears with the answer that asks for it", () => {
  const { compiled, source } = form("adult");
  const names = (birth: string) =>
    evaluate(compiled, source, { birth }, clock).pages.map((page) => page.name);
  expect(names("2000-05-05")).toEqual(["you", "end"]);
  expect(names("2015-05-05")).toEqual(["you", "guardian", "end"]);
});

test("views join the document: groups hold fields, repeats hold items, choices are on offer", () => {
  const chain = form("chain");
  const answers = { a: "yes", b: "x", c: "go", in_group: 4 };
  const fields =
    evaluate(chain.compiled, chain.source, answers, clock).pages[0]?.sections[0]?.fields ?? [];
  const group = fields.find((field) => field.name === "g");
  expect(group?.fields.map((field) => field.name)).toEqual(["in_group", "inner"]);
  expect(group?.fields[1]?.fields[0]).toMatchObject({ pointer: "/deep", required: true });

  const family = form("family");
  const children: Json = [{ child_name: "Asha", child_age: 14 }, {}];
  const [repeat] =
    evaluate(family.compiled, family.source, { children }, clock).pages[0]?.sections[0]?.fields ??
    [];
  expect(repeat?.items.map((item) => item.fields.map((field) => field.pointer))).toEqual([
    ["/children/0/child_name", "/children/0/child_age", "/children/0/school"],
    ["/children/1/child_name", "/children/1/child_age"],
  ]);

  const places = form("places");
  const [, county] =
    evaluate(places.compiled, places.source, { state: "texas" }, clock).pages[0]?.sections[0]
      ?.fields ?? [];
  expect(county?.choices.map((choice) => choice.value)).toEqual(["cameron"]);
});

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: the form's own placeholders
test("texts show answers of their own item and of the form around it", () => {
  const { compiled, source } = form("family");
  const children = [{ child_name: "Asha" }, { child_name: "Ravi" }];
  const state = evaluate(compiled, source, { children }, clock);
  const second = state.pages[0]?.sections[0]?.fields[0]?.items[1]?.fields[0];
  expect(second?.words("How old is ${child_name}? (${total}) ${nobody}")).toBe(
    "How old is Ravi? (0) ",
  );
  expect(state.words("${names}")).toBe("Asha, Ravi");
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: the form's own placeholders

test("answers come back in their stored form, which validates to itself", () => {
  const { compiled, source } = form("types");
  const given = { tel: "+91 98765 43210", clock: "09:30:00", moment: "2026-06-01T10:00:00+05:30" };
  const first = validate(compiled, source, given, clock);
  expect(first.answers).toMatchObject({
    tel: "+919876543210",
    clock: "09:30",
    moment: "2026-06-01T04:30:00Z",
  });
  expect(validate(compiled, source, first.answers, clock).answers).toEqual(first.answers);
});

test("hostile answers give errors, not exceptions", () => {
  const { compiled, source } = form("types");
  const hostile = JSON.parse(
    '{"__proto__": 1, "constructor": 2, "text": "\\ud800", "whole": 9223372036854775808}',
  );
  const codes = validate(compiled, source, hostile, clock).errors.map((error) => [
    error.pointer,
    error.code,
  ]);
  expect(codes).toEqual([
    ["/__proto__", "unknown_field"],
    ["/constructor", "unknown_field"],
    ["/text", "format"],
    ["/whole", "maximum"],
  ]);
  for (const answers of [null, 5, "x", [], [[1]]]) {
    expect(validate(compiled, source, answers, clock).errors[0]).toMatchObject({
      pointer: "",
      code: "type",
    });
  }
});

test("a new item begins with what its defaults work out", () => {
  const { compiled } = form("opened");
  const kids: Json = [{ kid: "Ana" }];
  expect(openingItem(compiled, { kids }, ["kids"], clock)).toEqual({ kid: "Child 2", age: 3 });
  expect(openingItem(compiled, {}, ["kids"], clock)).toEqual({ kid: "Child 1", age: 3 });
});

test("a matrix shows the rows whose condition holds", () => {
  const { compiled, source } = form("rows");
  const rows = (guests: number) =>
    evaluate(compiled, source, { guests }, clock)
      .pages[0]?.sections[0]?.fields.find(({ name }) => name === "menu")
      ?.rows.map(({ value }) => value);
  expect(rows(1)).toEqual(["meat", "salad"]);
  expect(rows(3)).toEqual(["meat", "salad", "soup"]);
});

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: the form's own placeholders
test("texts show parts of answers", () => {
  const { compiled, source } = form("parts");
  const answers = { name: { given: "Asha", family: "Rao" }, price: { amount: 5, currency: "JPY" } };
  const { words } = evaluate(compiled, source, answers, clock);
  expect(words("${name.given}: ${name}, ${price.currency} ${price}${spot.latitude}")).toBe(
    "Asha: Asha Rao, JPY 5",
  );
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: the form's own placeholders
