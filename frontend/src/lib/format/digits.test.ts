import { expect, test } from "vitest";
import { plainDigits } from "./digits";

test.each([
  ["٣٫٥", "3.5"],
  ["१२३", "123"],
  ["۱۲٬۳۴۵", "12345"],
  ["１９", "19"],
  ["+91 98", "+91 98"],
  ["abc", "abc"],
])("%s is %s", (typed, plain) => expect(plainDigits(typed)).toBe(plain));
