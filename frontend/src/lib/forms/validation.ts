// Answers held against a form, with the codes and pointers of the server, so that the screen explains first.

import { Evaluation } from "./evaluation";
import type { Frame, Layout } from "./frames";
import { brokenLimit } from "./limits";
import { isMasked } from "./masking";
import { choicesOnOffer, cleaned } from "./state";
import {
  type Answers,
  type Clock,
  type CompiledForm,
  type CompiledItem,
  type FieldError,
  type FormDocument,
  isObject,
  type Json,
  NONE,
  pointerToken,
  type Text,
} from "./types";

const MAX_ERRORS = 500;
const MAX_UNKNOWN = 20;

/** `answers` holds what is visible and well formed; `masked` points to answers that keep what is stored. */
export type Validation = { answers: Answers; errors: FieldError[]; masked: string[] };

/** With `partial`, required answers, ranges, patterns and constraints are not looked at yet. */
export function validate(
  compiled: CompiledForm,
  _source: FormDocument,
  answers: Json,
  clock: Clock,
  options: { partial?: boolean; before?: Answers | null } = {},
): Validation {
  const evaluation = new Evaluation(compiled, answers, clock, options.before ?? null);
  const check = new Check(evaluation, options.partial ?? false);
  if (!isObject(answers)) check.fail("", "type", "The answers have to be an object.");
  check.walk(evaluation.root, NONE);
  const errors = check.errors.slice(0, MAX_ERRORS);
  return { answers: cleaned(evaluation), errors, masked: check.masked };
}

function byCodePoint(one: string, other: string): number {
  const [left, right] = [Array.from(one), Array.from(other)];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const difference = (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0);
    if (difference) return difference;
  }
  return left.length - right.length;
}

class Check {
  readonly errors: FieldError[] = [];
  readonly masked: string[] = [];
  private readonly layout: Layout;

  constructor(
    private readonly evaluation: Evaluation,
    private readonly partial: boolean,
  ) {
    this.layout = evaluation.program.layout;
  }

  fail(pointer: string, code: string, message: Text | string): void {
    this.errors.push({ pointer, code, message });
  }

  walk(frame: Frame, scope: number): void {
    for (const name of [...frame.unknown].sort(byCodePoint).slice(0, MAX_UNKNOWN)) {
      const shown = Array.from(name.replace(/[\ud800-\udfff]/gu, "\ufffd"))
        .slice(0, 64)
        .join("");
      this.fail(
        `${frame.pointer}/${pointerToken(shown)}`,
        "unknown_field",
        "This form has no such field.",
      );
    }
    for (const index of this.layout.members(scope)) {
      const [slot, item] = [this.layout.slot(index), this.layout.item(index)];
      if (!frame.visible[slot] || this.errors.length >= MAX_ERRORS) continue;
      const pointer = `${frame.pointer}/${pointerToken(item.name)}`;
      if (item.kind === "repeat") this.repeat(frame, index, item, pointer);
      else if (item.kind === "field") this.field(frame, slot, item, pointer);
    }
  }

  private repeat(frame: Frame, index: number, item: CompiledItem, pointer: string): void {
    const slot = this.layout.slot(index);
    const raw = frame.raw.get(slot);
    if (raw !== undefined && raw !== null && !Array.isArray(raw)) {
      this.fail(pointer, "type", "This has to be a list.");
    }
    const children = frame.children.get(index) ?? [];
    const over = frame.over.get(slot);
    if (over !== undefined) {
      this.fail(pointer, "max_items", `At most ${over} entries are possible.`);
    } else if (!this.partial && children.length < (item.min_items ?? 0)) {
      this.fail(pointer, "min_items", `At least ${item.min_items} entries are needed.`);
    }
    const given = Array.isArray(raw) ? raw : [];
    for (const [at, child] of children.entries()) {
      if (at < given.length && !isObject(given[at])) {
        this.fail(child.pointer, "type", "This has to be an object.");
      }
      this.walk(child, index);
    }
  }

  private field(frame: Frame, slot: number, item: CompiledItem, pointer: string): void {
    const refused = frame.refused.get(slot);
    const clean = frame.clean.get(slot);
    if (refused) {
      this.fail(pointer, refused.code, refused.message);
    } else if (item.type === "calculated") {
      if (!this.partial && clean !== undefined) this.constraint(frame, item, pointer);
    } else if (clean === undefined) {
      this.missing(frame, item, pointer);
    } else if (item.sensitive && isMasked(clean)) {
      this.masked.push(pointer);
    } else if (!this.choiceHolds(frame, item, clean)) {
      this.fail(pointer, "choice", "This is not among the choices.");
    } else if (!this.partial) {
      this.limits(frame, item, clean, pointer);
    }
  }

  private missing(frame: Frame, item: CompiledItem, pointer: string): void {
    const required = item.required ?? NONE;
    if (this.partial || required === NONE || !this.evaluation.truth(required, frame)) return;
    this.fail(pointer, "required", item.required_message ?? "This is needed.");
  }

  private choiceHolds(frame: Frame, item: CompiledItem, clean: Json): boolean {
    if (item.choices == null) return true;
    const offered = this.partial ? null : choicesOnOffer(this.evaluation, frame, item);
    const known = offered ? new Set(offered) : this.listed(item.choices);
    const chosen = (value: Json) =>
      [value].flat().every((one) => typeof one === "string" && known.has(one));
    if (item.type !== "matrix" || !isObject(clean)) return chosen(clean);
    const rows = this.listed(item.rows);
    return Object.entries(clean).every(([row, value]) => rows.has(row) && chosen(value));
  }

  private listed(name: string | null | undefined): Set<string> {
    return this.evaluation.program.values.get(name ?? "") ?? new Set();
  }

  private incomplete(frame: Frame, item: CompiledItem, clean: Json): Text | string | null {
    if (item.type === "ranking" && Array.isArray(clean)) {
      const offered = choicesOnOffer(this.evaluation, frame, item);
      const wanted = offered?.length ?? this.listed(item.choices).size;
      return clean.length < wanted ? "Put all choices in order." : null;
    }
    if (item.type !== "matrix" || !isObject(clean)) return null;
    const required = item.required ?? NONE;
    if (required === NONE || !this.evaluation.truth(required, frame)) return null;
    const missing = this.evaluation.rows(frame, item).some((row) => !Object.hasOwn(clean, row));
    return missing ? (item.required_message ?? "Every row needs an answer.") : null;
  }

  private limits(frame: Frame, item: CompiledItem, clean: Json, pointer: string): void {
    if (item.type === "consent" && clean === false) {
      this.missing(frame, item, pointer);
      return;
    }
    const broken = brokenLimit(item, clean);
    const incomplete = broken ? null : this.incomplete(frame, item, clean);
    if (broken) this.fail(pointer, broken.code, broken.message);
    else if (incomplete) this.fail(pointer, "incomplete", incomplete);
    else this.constraint(frame, item, pointer);
  }

  private constraint(frame: Frame, item: CompiledItem, pointer: string): void {
    const node = item.constraint ?? NONE;
    if (node === NONE || this.evaluation.truth(node, frame)) return;
    this.fail(
      pointer,
      "constraint",
      item.constraint_message ?? "This answer is not possible here.",
    );
  }
}
