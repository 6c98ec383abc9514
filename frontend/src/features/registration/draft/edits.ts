import { type Answers, isEmpty, isMasked, type Masked, maskedText } from "@/lib/document";

/** A changed answer: what the server had when it was changed, what it is now, and whether that has been saved since. */
export type Edit = { base: unknown; value: unknown; saved: boolean };

export type StepEdits = Record<string, Edit>;

export type FieldConflict = { step: string; field: string; mine: unknown; theirs: unknown };

export function sameAnswer(a: unknown, b: unknown): boolean {
  if (isEmpty(a) && isEmpty(b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameAnswer(item, b[index]));
  }
  if (typeof a === "object" && a !== null && typeof b === "object" && b !== null) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every((key) => sameAnswer((a as Answers)[key], (b as Answers)[key]));
  }
  return a === b;
}

/** Whether the server already has this value, seen through its mask. */
function storedAs(theirs: unknown, mine: unknown): boolean {
  if (sameAnswer(theirs, mine)) return true;
  return isMasked(theirs) && typeof mine === "string" && theirs.masked === maskedText(mine);
}

export function overlay(server: Answers, edits: StepEdits | undefined): Answers {
  if (!edits) return server;
  const values = { ...server };
  for (const [field, edit] of Object.entries(edits)) values[field] = edit.value;
  return values;
}

/**
 * What a PUT sends. A withheld answer (one that is still half typed) goes as the server last had it, and a sealed one that
 * was saved already goes as its mask, so that its plain text travels once.
 */
export function payload(
  server: Answers,
  edits: StepEdits | undefined,
  withheld: ReadonlySet<string>,
): Answers {
  const values = overlay(server, edits);
  for (const [field, edit] of Object.entries(edits ?? {})) {
    if (edit.saved && isMasked(edit.base)) values[field] = edit.base;
    else if (withheld.has(field)) values[field] = edit.base;
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)));
}

/** The edits once a PUT has answered: those it carried are saved, those typed meanwhile are not. */
export function afterSave(
  edits: StepEdits,
  sent: StepEdits,
  server: Answers,
  withheld: ReadonlySet<string>,
): StepEdits {
  const next: StepEdits = {};
  for (const [field, edit] of Object.entries(edits)) {
    const carried = sent[field] === edit && !withheld.has(field);
    next[field] = {
      base: server[field],
      value: edit.value,
      saved: carried || (edit.saved && sent[field] === edit),
    };
  }
  return next;
}

export type Merge = {
  edits: Record<string, StepEdits>;
  conflicts: FieldConflict[];
  merged: boolean;
};

/**
 * A three-way merge after another device has saved: what only they changed is taken, what only we changed stays ours, what
 * both changed differently is a conflict that a person decides.
 */
export function merge(
  edits: Record<string, StepEdits>,
  before: (step: string) => Answers,
  after: (step: string) => Answers,
): Merge {
  const result: Merge = { edits: {}, conflicts: [], merged: false };
  for (const [step, fields] of Object.entries(edits)) {
    const theirs = after(step);
    const kept: StepEdits = {};
    for (const [field, edit] of Object.entries(fields)) {
      const remote = theirs[field];
      if (sameAnswer(remote, edit.base)) kept[field] = edit;
      else if (storedAs(remote, edit.value))
        kept[field] = { base: remote, value: edit.value, saved: true };
      else if (!edit.saved) {
        kept[field] = edit;
        result.conflicts.push({ step, field, mine: edit.value, theirs: remote });
      }
    }
    result.edits[step] = kept;
    const changed = Object.keys({ ...before(step), ...theirs }).some(
      (field) => !sameAnswer(before(step)[field], theirs[field]) && !(field in kept),
    );
    result.merged ||= changed;
  }
  return result;
}

export type { Masked };
