import { describe, expect, it } from "vitest";
import { regional } from "./regional";

describe("regional", () => {
  it("takes the reader's own variety of the language", () => {
    expect(regional("en", ["hi-IN", "en-GB", "en"])).toBe("en-GB");
  });

  it("passes over what Intl would refuse", () => {
    expect(regional("en", ["en-US@posix", "en-IN"])).toBe("en-IN");
    expect(regional("en", ["en-US@posix"])).toBe("en");
  });

  it("falls back to the language where the reader names no variety", () => {
    expect(regional("hi", ["en-GB"])).toBe("hi");
  });
});
