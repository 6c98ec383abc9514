import { describe, expect, it } from "vitest";
import { ar } from "./ar";
import { counted, digits, PLACES } from "./arabic";

describe("counting in Arabic", () => {
  it.each([
    [1, "مكان واحد"],
    [2, "مكانان"],
    [3, `${digits(3)} أماكن`],
    [10, `${digits(10)} أماكن`],
    [11, `${digits(11)} مكانًا`],
    [99, `${digits(99)} مكانًا`],
    [100, `${digits(100)} مكان`],
    [103, `${digits(103)} أماكن`],
  ])("%i takes its own form of the noun", (count, words) => {
    expect(counted(count, PLACES)).toBe(words);
  });

  it("says a number once", () => {
    expect(ar.event.left(2)).toBe("المتبقي: مكانان");
    expect(ar.wizard.stepOf(2, 5)).toContain(digits(5));
  });
});
