import { type Answers, type FormField, isEmpty, isMasked } from "@/lib/document";
import { sameAnswer } from "./edits";

const PARTS = new Set(["matrix", "address", "person_name"]);

const isParts = (value: unknown): value is Answers =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function union(theirs: readonly unknown[], mine: readonly unknown[]): unknown[] {
  return [...theirs, ...mine.filter((one) => !theirs.some((other) => sameAnswer(one, other)))];
}

/**
 * Both devices' answers as one, where a question can hold both: texts below each other, all choices ticked, all items of a list,
 * the parts of an address together. Undefined where it cannot.
 */
export function bothOf(field: FormField, mine: unknown, theirs: unknown): unknown {
  if (isEmpty(mine) || isEmpty(theirs) || isMasked(mine) || isMasked(theirs)) return undefined;
  if (field.type === "multiline") return `${theirs}\n${mine}`;
  if (Array.isArray(mine) && Array.isArray(theirs)) {
    const most = field.type === "repeat" ? field.max_items : field.max_choices;
    const all = union(theirs, mine);
    const fits = most === undefined || all.length <= most;
    return fits && ["multiple_choice", "repeat"].includes(field.type) ? all : undefined;
  }
  if (PARTS.has(field.type) && isParts(mine) && isParts(theirs)) return { ...theirs, ...mine };
  return undefined;
}
