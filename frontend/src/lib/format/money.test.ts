import { describe, expect, test } from "vitest";
import { formatMoney, majorText, minorDigits, parseMinor } from "./money";

describe("money", () => {
  test.each([
    ["19.99", "EUR", 1999],
    ["19,99", "EUR", 1999],
    ["19,9", "EUR", 1990],
    ["1,999.50", "USD", 199950],
    ["1.999,50", "EUR", 199950],
    ["1,999", "USD", 199900],
    ["1.999.000", "EUR", 199900000],
    ["12,34,567.8", "INR", 123456780],
    ["1 999", "EUR", 199900],
    ["١٬٩٩٩٫٥", "SAR", 199950],
    ["१९९९", "INR", 199900],
    ["1500", "JPY", 1500],
    ["1,500", "JPY", 1500],
    ["1.500", "KWD", 1500],
    ["-5", "EUR", -500],
    ["0", "EUR", 0],
  ])("%s in %s is %i", (text, currency, minor) => expect(parseMinor(text, currency)).toBe(minor));

  test.each([
    ["", "EUR"],
    ["abc", "EUR"],
    ["1.999.5", "JPY"],
    ["19.999,999", "EUR"],
    ["1.5", "JPY"],
    ["99999999999999999999", "EUR"],
  ])("%s in %s is no amount", (text, currency) => expect(parseMinor(text, currency)).toBeNull());

  test("is written with the digits ISO gives its currency", () => {
    expect(minorDigits("IQD")).toBe(3);
    expect(formatMoney(1999, "KWD", "en")).toContain("1.999");
    expect(formatMoney(1999, "JPY", "en")).toContain("1,999");
    expect(majorText(5, "EUR")).toBe("0.05");
    expect(parseMinor(majorText(123456, "INR"), "INR")).toBe(123456);
  });
});
