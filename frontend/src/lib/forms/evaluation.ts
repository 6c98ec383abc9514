// Answers through a compiled form: what is visible, and what is calculated, in dependency order.

import { AnswerRefused, isEmpty } from "./answer";
import { PARSERS } from "./answers";
import { words } from "./arguments";
import { DEFAULT_ITEMS, type Frame, Layout, MAX_FRAMES } from "./frames";
import { isMasked } from "./masking";
import { asScalar, build, type Context, contextAt, own, type Run } from "./program";
import {
  type Answers,
  type Clock,
  type CompiledForm,
  type CompiledItem,
  isObject,
  type Json,
  NONE,
  pointerToken,
} from "./types";
import { type Scalar, toBoolean, toNumber, toText } from "./values";

export type Program = {
  form: CompiledForm;
  layout: Layout;
  runs: Run[];
  values: Map<string, Set<string>>;
};

const programs = new WeakMap<CompiledForm, Program>();

/** The functions of `form`, made at its first use and kept as long as the form is. */
export function programOf(form: CompiledForm): Program {
  let found = programs.get(form);
  if (!found) {
    const layout = new Layout(form.items);
    const values = new Map(
      Object.entries(form.lists).map(([name, list]) => [
        name,
        new Set(list.map((one) => one.value)),
      ]),
    );
    found = { form, layout, runs: build(form.nodes, layout, form.lists), values };
    programs.set(form, found);
  }
  return found;
}

/** One pass over the answers. `root` and the frames below it hold the outcome. */
export class Evaluation {
  readonly program: Program;
  readonly context: Context;
  readonly root: Frame;
  private readonly frames = new Map<number, Frame[]>();
  private count = 1;

  /** `before` are the answers kept so far, which calculations with a `trigger` or once() hold on to. */
  constructor(form: CompiledForm, answers: Json, clock: Clock, before: Answers | null = null) {
    this.program = programOf(form);
    this.context = contextAt(clock);
    this.root = this.program.layout.frame(NONE);
    this.root.before = before;
    this.frames.set(NONE, [this.root]);
    this.fill(this.root, NONE, answers);
    for (const index of form.order) {
      const item = this.program.layout.item(index);
      for (const frame of this.frames.get(item.scope ?? NONE) ?? [])
        this.settle(frame, index, item);
    }
  }

  run(node: number, frame: Frame): Scalar {
    const found = this.program.runs[node]?.(frame, this.context) ?? "";
    return Array.isArray(found) ? (found[0] ?? "") : found;
  }

  truth(node: number, frame: Frame): boolean {
    return toBoolean(this.run(node, frame));
  }

  private fill(frame: Frame, scope: number, answers: Json): void {
    const { layout } = this.program;
    const names = layout.names(scope);
    if (isObject(answers)) {
      for (const [name, raw] of Object.entries(answers)) {
        const index = names.get(name);
        if (index === undefined) frame.unknown.push(name);
        else this.take(frame, layout.slot(index), layout.item(index), raw);
      }
    }
    for (const index of layout.members(scope)) {
      const item = layout.item(index);
      if (!item.read_only || item.kind !== "field" || item.type === "calculated") continue;
      const slot = layout.slot(index);
      frame.values[slot] = "";
      frame.clean.delete(slot);
      frame.refused.delete(slot);
      if ((item.opening ?? NONE) === NONE) this.take(frame, slot, item, item.default ?? null);
    }
  }

  private take(frame: Frame, slot: number, item: CompiledItem, raw: Json): void {
    if (item.kind === "repeat") {
      frame.raw.set(slot, raw);
      return;
    }
    const parse = item.type ? PARSERS[item.type] : undefined;
    if (!parse || isEmpty(raw)) return;
    if (item.sensitive && isMasked(raw)) {
      frame.clean.set(slot, raw);
      frame.values[slot] = asScalar(raw);
      return;
    }
    try {
      const { clean, value } = parse(item, raw);
      if (isEmpty(clean)) return;
      frame.clean.set(slot, clean);
      frame.values[slot] = value;
    } catch (error) {
      if (!(error instanceof AnswerRefused)) throw error;
      frame.refused.set(slot, { code: error.code, message: error.message });
    }
  }

  private settle(frame: Frame, index: number, item: CompiledItem): void {
    const slot = this.program.layout.slot(index);
    if (!this.isVisible(frame, item)) {
      frame.visible[slot] = false;
      frame.values[slot] = "";
      frame.clean.delete(slot);
    } else if (item.kind === "repeat") {
      this.enter(frame, index, slot, item);
    } else if (item.row_conditions?.length) {
      this.dropHiddenRows(frame, slot, item);
    } else if ((item.calculation ?? NONE) !== NONE) {
      const value = settled(this.calculated(frame, item));
      frame.values[slot] = value;
      if (value !== "") frame.clean.set(slot, value);
    } else if (item.read_only && (item.opening ?? NONE) !== NONE) {
      this.take(frame, slot, item, this.opening(frame, item));
    }
  }

  private calculated(frame: Frame, item: CompiledItem): Scalar {
    const calculation = item.calculation ?? NONE;
    const trigger = item.trigger ?? NONE;
    if (trigger === NONE) return this.run(calculation, frame);
    const { name, scope = NONE } = this.program.layout.item(trigger);
    let place = frame;
    while (place.scope !== scope && place.parent) place = place.parent;
    const answer = place.clean.get(this.program.layout.slot(trigger));
    if (!place.before || !frame.before) {
      return answer === undefined ? "" : this.run(calculation, frame);
    }
    const kept = asScalar(own(frame.before, item.name));
    const earlier = own(place.before, name);
    if (kept !== "" && same(earlier, answer)) return kept;
    return answer !== undefined || earlier !== undefined ? this.run(calculation, frame) : "";
  }

  /** The default that is worked out, as an answer to `item`; null where it gives none. */
  opening(frame: Frame, item: CompiledItem): Json {
    return asAnswer(item, this.run(item.opening ?? NONE, frame));
  }

  private dropHiddenRows(frame: Frame, slot: number, item: CompiledItem): void {
    const clean = frame.clean.get(slot);
    if (!isObject(clean) || isMasked(clean)) return;
    const shown = new Set(this.rows(frame, item));
    const known = this.program.values.get(item.rows ?? "");
    // A row that there is not at all stays, for validation to name.
    const kept = Object.entries(clean).filter(([row]) => shown.has(row) || !known?.has(row));
    if (kept.length > 0) frame.clean.set(slot, Object.fromEntries(kept));
    else frame.clean.delete(slot);
  }

  /** The rows of a matrix that are shown. */
  rows(frame: Frame, item: CompiledItem): string[] {
    const conditions = item.row_conditions ?? [];
    const rows = this.program.form.lists[item.rows ?? ""] ?? [];
    const shown = rows.filter((_, at) => {
      const condition = conditions[at] ?? NONE;
      return condition === NONE || this.truth(condition, frame);
    });
    return [...new Set(shown.map((row) => row.value))];
  }

  private isVisible(frame: Frame, item: CompiledItem): boolean {
    const { layout } = this.program;
    const parent = item.parent ?? NONE;
    const within = parent !== NONE && (layout.item(parent).scope ?? NONE) === (item.scope ?? NONE);
    if (within && !frame.visible[layout.slot(parent)]) return false;
    const relevant = item.relevant ?? NONE;
    return relevant === NONE || this.truth(relevant, frame);
  }

  private enter(frame: Frame, index: number, slot: number, item: CompiledItem): void {
    const raw = frame.raw.get(slot);
    const given = Array.isArray(raw) ? raw : [];
    const most = item.max_items ?? DEFAULT_ITEMS;
    const counted = item.count ?? NONE;
    const wanted = counted === NONE ? given.length : this.numberOfItems(counted, frame, most);
    if (wanted > most) frame.over.set(slot, most);
    const room = Math.max(0, Math.min(wanted, most, MAX_FRAMES - this.count));
    if (room < Math.min(wanted, most)) frame.over.set(slot, room);
    this.count += room;
    const pointer = `${frame.pointer}/${pointerToken(item.name)}`;
    const children = Array.from({ length: room }, (_, at) =>
      this.program.layout.frame(index, frame, at + 1, `${pointer}/${at}`),
    );
    frame.children.set(index, children);
    this.frames.set(index, [...(this.frames.get(index) ?? []), ...children]);
    const kept = frame.before ? own(frame.before, item.name) : undefined;
    for (const [at, child] of children.entries()) {
      const before = Array.isArray(kept) ? kept[at] : undefined;
      child.before = isObject(before) ? before : null;
      this.fill(child, index, given[at] ?? {});
    }
  }

  private numberOfItems(node: number, frame: Frame, most: number): number {
    const number = toNumber(this.run(node, frame), this.context.zone);
    return Number.isNaN(number) ? 0 : Math.trunc(Math.min(Math.max(number, 0), most));
  }
}

/** Whether two answers are the same JSON. */
function same(one: Json | undefined, other: Json | undefined): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, at) => same(item, other[at]));
  }
  if (!isObject(one) || !isObject(other)) return one === other;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && same(one[name], other[name]))
  );
}

const NUMBERS = new Set(["integer", "decimal", "rating"]);
const TRUTHS = new Set(["boolean", "consent", "acknowledge"]);

function asAnswer(item: CompiledItem, value: Scalar): Json {
  const type = item.type ?? "";
  if (value === "") return null;
  if (NUMBERS.has(type)) {
    const number = toNumber(value, "UTC");
    return Number.isFinite(number) ? number : null;
  }
  if (TRUTHS.has(type)) return value !== "false" && toBoolean(value);
  return type === "multiple_choice" || type === "ranking" ? words(value) : toText(value);
}

/** A calculated value as it can be stored: what is no finite number is no answer. */
function settled(value: Scalar): Scalar {
  if (typeof value !== "number") return value;
  return Number.isFinite(value) ? value + 0 : "";
}
