import type { ApiProblem, ProblemError } from "@/lib/api/problem";
import type { FlowStep, Registration } from "@/lib/api/types";
import { type Answers, pathOf } from "@/lib/document";
import type { FieldConflict, StepEdits } from "./edits";

export type SaveStatus =
  | { kind: "idle" }
  | { kind: "dirty" }
  | { kind: "saving" }
  | { kind: "saved"; at: Date; withheld: number }
  | { kind: "withheld"; count: number }
  | { kind: "offline" }
  | { kind: "failed"; problem: ApiProblem };

/** `isFinal` after the participant wanted to go on; otherwise it is the remark of an autosave. */
export type Refusal = { step: string; errors: readonly ProblemError[]; isFinal: boolean };

export type DraftSnapshot = {
  registration: Registration;
  edits: Record<string, StepEdits>;
  status: SaveStatus;
  conflicts: FieldConflict[];
  merged: boolean;
  /** What the server's own check found in a step; an edit of the field clears its entry. */
  refused: Refusal | null;
};

export type Rules = {
  steps: readonly FlowStep[];
  isSensitive: (step: string, field: string) => boolean;
  /** Fields whose answer is not fit to be saved yet: half an e-mail address, an impossible date. */
  unfit: (step: string, values: Answers) => ReadonlySet<string>;
};

/** Saving stopped because another device answered differently; the participant decides, then tries again. */
export class DraftConflict extends Error {}

/** Another device, or a request whose answer was lost, has changed the registration meanwhile. */
export function isOutdated({ status, slug }: ApiProblem): boolean {
  return (
    status === 412 || slug === "registration-not-editable" || slug === "idempotency-key-reused"
  );
}

/** The field of a step that a pointer begins with: `/answers/medicines/0/times` is about `medicines`. */
export function fieldOf(pointer: string): string {
  const [head = "", next = ""] = pathOf(pointer);
  return head === "answers" ? next : head;
}

/** In place of a step's name: the refusal is of the whole registration, at submit. */
export const WHOLE = "*";

/** What of a refusal concerns one step. */
export function refusalOf(
  snapshot: DraftSnapshot,
  step: string,
  steps: readonly FlowStep[],
): readonly ProblemError[] {
  const { refused } = snapshot;
  if (refused?.step === step) return refused.errors;
  if (refused?.step !== WHOLE) return [];
  return refused.errors.filter(({ pointer }) => {
    const named = steps.find(({ name }) => pathOf(pointer).includes(name));
    return !named || named.name === step;
  });
}
