import { expect, test } from "vitest";
import { ownPath } from "./ownPath";

test.each([
  ["/staff?organization=a#b", "/staff?organization=a#b"],
  ["/account", "/account"],
  [null, "/account"],
  ["", "/account"],
  ["staff", "/account"],
  ["https://evil.example/", "/account"],
  ["javascript:alert(1)", "/account"],
  ["//[", "/account"],
  ["//evil.example", "/account"],
  ["/\\evil.example", "/account"],
  ["/\t/evil.example", "/account"],
  ["\t//evil.example", "/account"],
  ["/.//evil.example", "/account"],
  ["/x/..//evil.example", "/account"],
])("of %j only a path of this site is followed", (wanted, followed) => {
  expect(ownPath(wanted, "/account")).toBe(followed);
});
