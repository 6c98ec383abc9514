// Answers typed but not yet saved survive a reload or a crash in localStorage. Sealed answers never go there: they stay in
// memory, and are at worst typed again.
import type { StepEdits } from "./edits";

const KEY = "prs.unsaved.";

export function keepUnsaved(
  uid: string,
  edits: Record<string, StepEdits>,
  isSensitive: (step: string, field: string) => boolean,
): void {
  const unsaved: Record<string, StepEdits> = {};
  for (const [step, fields] of Object.entries(edits)) {
    const open = Object.entries(fields).filter(
      ([field, edit]) => !edit.saved && !isSensitive(step, field),
    );
    if (open.length > 0) unsaved[step] = Object.fromEntries(open);
  }
  try {
    if (Object.keys(unsaved).length === 0) localStorage.removeItem(KEY + uid);
    else localStorage.setItem(KEY + uid, JSON.stringify(unsaved));
  } catch {
    // Without storage the answers are still in memory and on their way to the server.
  }
}

export function readUnsaved(uid: string): Record<string, StepEdits> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY + uid) ?? "{}");
    return typeof value === "object" && value !== null ? (value as Record<string, StepEdits>) : {};
  } catch {
    return {};
  }
}

export function dropUnsaved(uid: string): void {
  localStorage.removeItem(KEY + uid);
}
