// The answers that a draft, or a new item of a repeat, begins with.

import { AnswerRefused } from "./answer";
import { PARSERS } from "./answers";
import { Evaluation } from "./evaluation";
import type { Frame } from "./frames";
import { own } from "./program";
import {
  type Answers,
  type Clock,
  type CompiledForm,
  type CompiledItem,
  isObject,
  type Json,
  NONE,
} from "./types";

/**
 * `given` with the defaults of what it does not answer, items of repeats included. A default that is worked out sees
 * what is given, the plain defaults, and the worked-out ones written before it.
 */
export function openingAnswers(form: CompiledForm, given: Answers, clock: Clock): Answers {
  const found = withDefaults(form, NONE, given);
  const evaluation = new Evaluation(form, found, clock);
  open(evaluation, evaluation.root, NONE, found);
  return found;
}

/** What a new item of the repeat called `name`, at the end of the list at `path` of `answers`, begins with. */
export function openingItem(
  form: CompiledForm,
  answers: Answers,
  path: readonly (string | number)[],
  clock: Clock,
): Answers {
  const added = append(answers, path);
  let found: Json | undefined = openingAnswers(form, isObject(added) ? added : {}, clock);
  for (const step of path) {
    if (Array.isArray(found)) found = found[Number(step)];
    else found = isObject(found) ? own(found, String(step)) : undefined;
  }
  const last = Array.isArray(found) ? found.at(-1) : undefined;
  return isObject(last) ? last : {};
}

function append(value: Json | undefined, path: readonly (string | number)[]): Json {
  const [step, ...rest] = path;
  if (step === undefined) return [...(Array.isArray(value) ? value : []), {}];
  if (Array.isArray(value)) {
    return value.map((one, at) => (at === Number(step) ? append(one, rest) : one));
  }
  const answers = isObject(value) ? value : {};
  return { ...answers, [step]: append(own(answers, String(step)), rest) };
}

function withDefaults(form: CompiledForm, scope: number, given: Answers): Answers {
  const found: Answers = { ...given };
  for (const [index, item] of form.items.entries()) {
    if ((item.scope ?? NONE) !== scope) continue;
    if (item.kind === "repeat") {
      const wanted = (item.count ?? NONE) === NONE ? (item.min_items ?? 0) : 0;
      const items =
        own(found, item.name) ?? (wanted ? new Array<Json>(wanted).fill({}) : undefined);
      if (Array.isArray(items)) {
        found[item.name] = items.map((one) =>
          isObject(one) ? withDefaults(form, index, one) : one,
        );
      }
    } else if (item.kind === "field" && waits(item, found)) {
      if (item.default != null && (item.opening ?? NONE) === NONE) found[item.name] = item.default;
    }
  }
  return found;
}

function waits(item: CompiledItem, answers: Answers): boolean {
  return !Object.hasOwn(answers, item.name) && !item.read_only && item.type !== "calculated";
}

function open(evaluation: Evaluation, frame: Frame, scope: number, answers: Answers): void {
  const { layout } = evaluation.program;
  for (const index of layout.members(scope)) {
    const [item, slot] = [layout.item(index), layout.slot(index)];
    if (item.kind === "repeat") {
      const items = own(answers, item.name);
      for (const [at, child] of (frame.children.get(index) ?? []).entries()) {
        const one = Array.isArray(items) ? items[at] : undefined;
        if (isObject(one)) open(evaluation, child, index, one);
      }
    } else if ((item.opening ?? NONE) !== NONE && item.type && waits(item, answers)) {
      const answer = evaluation.opening(frame, item);
      const parsed = answer === null ? null : parse(item, answer);
      if (!parsed) continue;
      answers[item.name] = parsed.clean;
      frame.values[slot] = parsed.value;
      frame.clean.set(slot, parsed.clean);
    }
  }
}

function parse(item: CompiledItem, answer: Json) {
  try {
    return item.type ? (PARSERS[item.type]?.(item, answer) ?? null) : null;
  } catch (error) {
    if (error instanceof AnswerRefused) return null;
    throw error;
  }
}
