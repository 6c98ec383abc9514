import { describe, expect, test } from "vitest";
import { afterSave, type Edit, merge, payload } from "./edits";

const edit = (base: unknown, value: unknown, saved = false): Edit => ({ base, value, saved });
const mergeOne = (mine: Edit, theirs: Record<string, unknown>) =>
  merge(
    { step: { field: mine } },
    () => ({ field: mine.base }),
    () => theirs,
  );

describe("merge", () => {
  test("keeps mine where only I changed it", () => {
    const result = mergeOne(edit("a", "mine"), { field: "a" });
    expect(result.conflicts).toEqual([]);
    expect(result.edits.step?.field?.value).toBe("mine");
  });

  test("takes theirs where I had nothing unsaved", () => {
    const result = mergeOne(edit("a", "mine", true), { field: "theirs" });
    expect(result.conflicts).toEqual([]);
    expect(result.edits.step).toEqual({});
    expect(result.merged).toBe(true);
  });

  test("is no conflict when both say the same, or when a lost answer was saved after all", () => {
    expect(mergeOne(edit("a", "same"), { field: "same" }).conflicts).toEqual([]);
    const sealed = mergeOne(edit(undefined, "234123412346"), { field: { masked: "••••2346" } });
    expect(sealed.conflicts).toEqual([]);
    expect(sealed.edits.step?.field?.saved).toBe(true);
  });

  test("reports what both changed differently", () => {
    expect(mergeOne(edit("a", "mine"), { field: "theirs" }).conflicts).toEqual([
      { step: "step", field: "field", mine: "mine", theirs: "theirs" },
    ]);
  });
});

test("a withheld answer goes out as the server last had it", () => {
  const edits = { email: edit("old@example.org", "new@"), name: edit(undefined, "Asha") };
  expect(payload({ email: "old@example.org" }, edits, new Set(["email"]))).toEqual({
    email: "old@example.org",
    name: "Asha",
  });
});

test("what was typed while a save was under way stays unsaved", () => {
  const sent = { name: edit(undefined, "As") };
  const now = { name: edit(undefined, "Asha") };
  expect(afterSave(now, sent, { name: "As" }, new Set()).name).toEqual({
    base: "As",
    value: "Asha",
    saved: false,
  });
});
