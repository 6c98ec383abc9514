import { describe, expect, it } from "vitest";
import type { FieldType, FormField } from "@/lib/document";
import { bothOf } from "./mergeAnswers";

const field = (type: FieldType, more: Partial<FormField> = {}): FormField => ({
  name: "one",
  type,
  label: {},
  ...more,
});

describe("both answers as one", () => {
  it.each([
    [field("multiline"), "mine", "theirs", "theirs\nmine"],
    [field("multiple_choice"), ["a", "b"], ["b", "c"], ["b", "c", "a"]],
    [field("repeat"), [{ x: 1 }], [{ x: 1 }, { x: 2 }], [{ x: 1 }, { x: 2 }]],
    [field("matrix"), { r: "a" }, { r: "b", s: "c" }, { r: "a", s: "c" }],
    [field("address"), { city: "Pune" }, { country: "IN" }, { city: "Pune", country: "IN" }],
  ])("of %o", (one, mine, theirs, both) => expect(bothOf(one, mine, theirs)).toEqual(both));

  it.each([
    [field("text"), "mine", "theirs"],
    [field("multiple_choice", { max_choices: 2 }), ["a", "b"], ["c"]],
    [field("repeat", { max_items: 1 }), [{ x: 1 }], [{ x: 2 }]],
    [field("ranking"), ["a", "b"], ["b", "a"]],
    [field("multiline"), null, "theirs"],
    [field("multiline"), "mine", { masked: "••••" }],
  ])("is not offered for %o", (one, mine, theirs) =>
    expect(bothOf(one, mine, theirs)).toBeUndefined(),
  );
});
