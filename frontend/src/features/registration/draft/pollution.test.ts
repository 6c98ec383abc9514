import { expect, test } from "vitest";
import { afterSave, overlay, payload, type StepEdits, sameAnswer } from "./edits";
import { keepUnsaved, readUnsaved } from "./localCopy";

const HOSTILE = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];

/** Names as they come out of JSON: own properties, the prototype's name among them. */
function hostile(value: unknown): Record<string, unknown> {
  return JSON.parse(`{${HOSTILE.map((name) => `"${name}":${JSON.stringify(value)}`).join(",")}}`);
}

test("names of prototypes in answers change no other object", () => {
  const before = HOSTILE.map((name) => Object.getOwnPropertyDescriptor(Object.prototype, name));
  const server = hostile({ polluted: true });
  const edits = hostile({
    base: { polluted: 1 },
    value: { polluted: 2 },
    saved: false,
  }) as StepEdits;
  overlay(server, edits);
  payload(server, edits, new Set(HOSTILE));
  afterSave(edits, edits, server, new Set());
  sameAnswer(server, hostile({ polluted: false }));
  localStorage.setItem("prs.unsaved.1", JSON.stringify({ ...hostile(edits) }));
  const read = readUnsaved("1");
  keepUnsaved("1", read as Record<string, StepEdits>, () => false);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(HOSTILE.map((name) => Object.getOwnPropertyDescriptor(Object.prototype, name))).toEqual(
    before,
  );
});

test("the same names do harm where objects are merged by hand", () => {
  const victim: Record<string, Record<string, unknown>> = {};
  const names = JSON.parse('{"__proto__":{"polluted":true}}');
  for (const [name, value] of Object.entries(names)) Object.assign(victim[name] ?? {}, value);
  expect(({} as { polluted?: unknown }).polluted).toBe(true);
  delete (Object.prototype as { polluted?: unknown }).polluted;
});
