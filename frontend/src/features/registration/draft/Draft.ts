import { ApiProblem, asProblem, offlineProblem } from "@/lib/api/problem";
import type { FlowStep, Registration } from "@/lib/api/types";
import { type Answers, pathOf } from "@/lib/document";
import * as gateway from "../api";
import { afterSave, type FieldConflict, merge, overlay, payload, type StepEdits } from "./edits";
import { dropUnsaved, keepUnsaved, readUnsaved } from "./localCopy";
import {
  DraftConflict,
  type DraftSnapshot,
  fieldOf,
  isOutdated,
  type Rules,
  WHOLE,
} from "./snapshot";
import { bodyOf, storedValues } from "./stored";
import { dropSubmitKey, submitKey } from "./submitKey";

/** Decides a conflict for the other device. */
export const THEIRS = Symbol("theirs");

export const AUTOSAVE_MS = 800;
const LONGEST_WAIT = 30;

/**
 * One registration being filled in: the server's copy, the edits on top of it, and one queue of requests, because each carries
 * the revision that the one before it returned.
 */
export class Draft {
  private snapshot: DraftSnapshot;
  private listeners = new Set<() => void>();
  private queue: Promise<unknown> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private readonly rules: Rules;

  constructor(registration: Registration, rules: Rules) {
    this.rules = rules;
    const edits = registration.state === "draft" ? readUnsaved(registration.uid) : {};
    this.snapshot = {
      registration,
      edits,
      status: { kind: "idle" },
      conflicts: [],
      merged: false,
      refused: null,
    };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getSnapshot = (): DraftSnapshot => this.snapshot;

  /** Begins saving by itself; the returned function stops it. */
  start(): () => void {
    const online = () => this.flush();
    const offline = () => this.update({ status: { kind: "offline" } });
    if (!navigator.onLine) offline();
    const leaving = () => {
      if (document.visibilityState === "hidden") this.flush(true);
    };
    window.addEventListener("online", online);
    window.addEventListener("offline", offline);
    document.addEventListener("visibilitychange", leaving);
    // What a reload found unsaved on this device may have been changed elsewhere meanwhile: compare before saving over it.
    if (this.dirtySteps().length > 0)
      this.enqueue(() => this.reconcile())
        .catch(() => {})
        .finally(() => this.schedule(0));
    return () => {
      clearTimeout(this.timer);
      window.removeEventListener("online", online);
      window.removeEventListener("offline", offline);
      document.removeEventListener("visibilitychange", leaving);
    };
  }

  values(step: string): Answers {
    return overlay(this.serverValues(step), this.snapshot.edits[step]);
  }

  edit(step: string, field: string, value: unknown): void {
    const { edits } = this.snapshot;
    const known = edits[step]?.[field];
    const base = known ? known.base : this.serverValues(step)[field];
    this.update({
      edits: { ...edits, [step]: { ...edits[step], [field]: { base, value, saved: false } } },
      status: this.statusAfterEdit(step),
      refused: this.withoutRefusal(step, field),
    });
    this.keepLocally();
    this.schedule(AUTOSAVE_MS);
  }

  /** Without a line, "offline" stays: it says already where the answers are kept. */
  private statusAfterEdit(step: string): DraftSnapshot["status"] {
    const { status } = this.snapshot;
    const stays = this.kindOf(step) === "tickets" || !navigator.onLine;
    return stays ? status : { kind: "dirty" };
  }

  /** Shows what the server made of saved answers (trimmed, masked); called when the screen changes, never under the cursor. */
  settle(): void {
    const edits: Record<string, StepEdits> = {};
    for (const [step, fields] of Object.entries(this.snapshot.edits)) {
      const open = Object.entries(fields).filter(([, edit]) => !edit.saved);
      if (open.length > 0) edits[step] = Object.fromEntries(open);
    }
    this.update({ edits });
  }

  /** Forgets what was chosen at a step and not saved. */
  discard(step: string): void {
    const { [step]: _unsaved, ...edits } = this.snapshot.edits;
    this.update({ edits });
    this.keepLocally();
  }

  flush(keepalive = false): Promise<void> {
    clearTimeout(this.timer);
    return this.enqueue(() => this.saveDirty(keepalive));
  }

  /** Saves the step as finished. Rejects with the server's problem, or with `DraftConflict`. */
  complete(step: string): Promise<Registration> {
    clearTimeout(this.timer);
    return this.enqueue(() =>
      this.connected(async () => {
        await this.guarded(() => this.save(step, true));
        return this.snapshot.registration;
      }),
    );
  }

  submit(): Promise<Registration> {
    clearTimeout(this.timer);
    return this.enqueue(() =>
      this.connected(async () => {
        await this.guarded(() => this.saveDirty(false, true));
        await this.guarded(() => this.sendSubmit());
        dropUnsaved(this.uid);
        return this.snapshot.registration;
      }),
    );
  }

  /** Lays what the participant decided over the other device's answers; `THEIRS` leaves one as it is there. */
  resolve(decide: (conflict: FieldConflict) => unknown): void {
    const edits = structuredClone(this.snapshot.edits);
    for (const conflict of this.snapshot.conflicts) {
      const fields = edits[conflict.step];
      if (!fields?.[conflict.field]) continue;
      const value = decide(conflict);
      if (value === THEIRS) delete fields[conflict.field];
      else fields[conflict.field] = { base: conflict.theirs, value, saved: false };
    }
    this.update({ edits, conflicts: [] });
    this.keepLocally();
    this.schedule(0);
  }

  adopt(registration: Registration): void {
    this.update({ registration });
  }

  private withoutRefusal(step: string, field: string): DraftSnapshot["refused"] {
    const { refused } = this.snapshot;
    if (!refused || (refused.step !== step && refused.step !== WHOLE)) return refused;
    return {
      ...refused,
      errors: refused.errors.filter(({ pointer }) => !pathOf(pointer).includes(field)),
    };
  }

  private get uid(): string {
    return this.snapshot.registration.uid;
  }

  private serverValues(step: string, registration = this.snapshot.registration): Answers {
    return storedValues(step, this.kindOf(step), registration);
  }

  private kindOf(step: string): FlowStep["kind"] | undefined {
    return this.rules.steps.find(({ name }) => name === step)?.kind;
  }

  /** Tickets wait for the participant's "Continue": saving them holds seats that others want. */
  private dirtySteps(): string[] {
    return Object.entries(this.snapshot.edits)
      .filter(
        ([step, fields]) =>
          this.kindOf(step) !== "tickets" && Object.values(fields).some(({ saved }) => !saved),
      )
      .map(([step]) => step);
  }

  private schedule(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), milliseconds);
  }

  private enqueue<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => {});
    return result;
  }

  /** What needs the server now: without a line it is refused at once, and the wizard says why until the line is back. */
  private async connected<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      if (!navigator.onLine) throw offlineProblem();
      return await work();
    } catch (error) {
      if (error instanceof ApiProblem && error.isOffline) this.fail(error);
      throw error;
    }
  }

  private async saveDirty(keepalive: boolean, strict = false): Promise<void> {
    if (this.snapshot.conflicts.length > 0 || this.snapshot.registration.state !== "draft") return;
    try {
      if (!navigator.onLine) throw offlineProblem();
      for (const step of this.dirtySteps())
        await this.guarded(() => this.save(step, false, keepalive));
      this.failures = 0;
      // With nothing to save, only a question shows whether the server is there again.
      if (this.snapshot.status.kind === "offline") {
        await this.reconcile();
        this.update({ status: { kind: "idle" } });
      }
    } catch (error) {
      if (strict) throw error;
      if (!(error instanceof DraftConflict)) this.fail(asProblem(error));
    }
  }

  private fail(problem: ApiProblem): void {
    this.update({ status: problem.isOffline ? { kind: "offline" } : { kind: "failed", problem } });
    if (!problem.isTransient) return;
    this.failures += 1;
    this.schedule((problem.retryAfter ?? Math.min(LONGEST_WAIT, 2 ** this.failures)) * 1000);
  }

  private async save(step: string, complete: boolean, keepalive = false): Promise<void> {
    const { registration, edits } = this.snapshot;
    const sent = edits[step] ?? {};
    const withheld = complete ? new Set<string>() : this.rules.unfit(step, this.values(step));
    const nothingFit = Object.entries(sent).every(
      ([field, edit]) => edit.saved || withheld.has(field),
    );
    if (!complete && nothingFit) {
      this.update({ status: { kind: "withheld", count: withheld.size } });
      return;
    }
    this.update({ status: { kind: "saving" } });
    const values = payload(this.serverValues(step), sent, withheld);
    const body = bodyOf(this.kindOf(step), values, complete);
    const saved = await this.noting(step, () =>
      gateway.saveStep(this.uid, step, body, registration.revision, keepalive),
    );
    // What the server could not store stays an edit, with the server's reason at its field.
    const problems = saved.steps[step]?.problems ?? [];
    const unstored = new Set([...withheld, ...problems.map(({ pointer }) => fieldOf(pointer))]);
    const current = this.snapshot.edits[step] ?? {};
    const next = afterSave(current, sent, this.serverValues(step, saved), unstored);
    const typedMeanwhile = Object.entries(next).some(
      ([field, edit]) => !edit.saved && !unstored.has(field),
    );
    this.update({
      registration: saved,
      edits: { ...this.snapshot.edits, [step]: next },
      status: typedMeanwhile
        ? { kind: "dirty" }
        : { kind: "saved", at: new Date(), withheld: unstored.size },
      refused: problems.length > 0 ? { step, errors: problems, isFinal: false } : null,
    });
    this.keepLocally();
    if (typedMeanwhile) this.schedule(AUTOSAVE_MS);
  }

  private async noting<Result>(step: string, write: () => Promise<Result>): Promise<Result> {
    try {
      return await write();
    } catch (error) {
      const { status, errors } = asProblem(error);
      if (status === 422) this.update({ refused: { step, errors, isFinal: true } });
      throw error;
    }
  }

  /** Runs a write; when the revision was stale, merges what the other device saved and runs it once more. */
  private async guarded(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof ApiProblem) || !isOutdated(error)) throw error;
      await this.reconcile();
      if (this.snapshot.registration.state !== "draft") return;
      if (this.snapshot.conflicts.length > 0) throw new DraftConflict();
      await write();
    }
  }

  private async reconcile(): Promise<void> {
    const before = this.snapshot.registration;
    const after = await gateway.getRegistration(this.uid);
    const result = merge(
      this.snapshot.edits,
      (step) => this.serverValues(step, before),
      (step) => this.serverValues(step, after),
    );
    this.update({
      registration: after,
      edits: result.edits,
      conflicts: result.conflicts,
      merged: this.snapshot.merged || result.merged,
      status: { kind: "dirty" },
    });
  }

  private async sendSubmit(): Promise<void> {
    try {
      const { revision } = this.snapshot.registration;
      const submitted = await this.noting(WHOLE, () =>
        gateway.submitRegistration(this.uid, revision, submitKey(this.uid)),
      );
      dropSubmitKey(this.uid);
      this.update({ registration: submitted, edits: {}, refused: null });
    } catch (error) {
      const problem = asProblem(error);
      const undecided = problem.isTransient || problem.slug === "idempotency-in-progress";
      if (!undecided) dropSubmitKey(this.uid);
      throw error;
    }
  }

  private keepLocally(): void {
    keepUnsaved(this.uid, this.snapshot.edits, this.rules.isSensitive);
  }

  private update(change: Partial<DraftSnapshot>): void {
    this.snapshot = { ...this.snapshot, ...change };
    for (const listener of this.listeners) listener();
  }
}
