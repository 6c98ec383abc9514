import type { AttendeeInput, Flow, FlowStep, Registration } from "@/lib/api/types";
import type { Answers, FormField } from "@/lib/document";
import { type Clock, conditionHolds, type FormProgram } from "@/lib/screen";
import type { Allowed, Change } from "./api";

export type Programs = Record<string, FormProgram>;
export type Values = Record<string, Answers>;

/** The steps that apply with these answers, each condition seeing the answers of the steps before it, as on the server. */
export function applyingSteps(
  flow: Flow,
  programs: Programs,
  values: Values,
  clock: Clock,
): FlowStep[] {
  const known: Answers = {};
  return flow.flow.steps.filter((step) => {
    if (step.condition && !conditionHolds(step.condition, known, clock)) return false;
    const answers = programs[step.name]?.screen(values[step.name] ?? {}).answers ?? {};
    for (const [field, value] of Object.entries(answers)) known[`${step.name}.${field}`] = value;
    return true;
  });
}

/** Whether a step, or a field of it, may be changed. A step that nobody has answered yet is open. */
export function opens(allowed: Allowed, registration: Registration, step: string, field?: string) {
  if (registration.steps[step]?.status === "open") return true;
  return (
    allowed.editable.includes(step) ||
    (field !== undefined && allowed.editable.includes(`${step}.${field}`))
  );
}

/** The fields that may be changed; a group stays with those of its fields. A given consent is withdrawn elsewhere. */
export function openFields(
  fields: readonly FormField[],
  isOpen: (name: string) => boolean,
): FormField[] {
  return fields.flatMap((field) => {
    if (field.type === "group") {
      const inner = openFields(field.fields ?? [], isOpen);
      return inner.length > 0 ? [{ ...field, fields: inner }] : [];
    }
    if (field.type === "note" || field.type === "calculated" || field.type === "consent") return [];
    return isOpen(field.name) ? [field] : [];
  });
}

const same = (one: unknown, other: unknown) =>
  JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** What differs, as the server takes it: field by field, null where an answer was taken out. */
export function difference(before: Values, after: Values): Change {
  const change: Change = {};
  for (const [step, answers] of Object.entries(after)) {
    const known = before[step] ?? {};
    const names = new Set([...Object.keys(known), ...Object.keys(answers)]);
    const differing = [...names].filter((name) => !same(known[name], answers[name]));
    if (differing.length > 0)
      change[step] = {
        answers: Object.fromEntries(differing.map((name) => [name, answers[name] ?? null])),
      };
  }
  return change;
}

/** Those who come, as the server takes them. */
export function peopleOf(registration: Registration): AttendeeInput[] {
  return registration.attendees
    .filter(({ state }) => state !== "cancelled")
    .map(({ ticket, name, email }) => ({ ticket, name, email }));
}
