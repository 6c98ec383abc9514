// What a form shows for given answers: a tree for the screen, joined with the document's texts.

import { Evaluation } from "./evaluation";
import type { Frame, Layout } from "./frames";
import { partOf } from "./program";
import {
  type Answers,
  type Choice,
  type Clock,
  type CompiledForm,
  type CompiledItem,
  type Field,
  type FormDocument,
  type Json,
  NONE,
  type Page,
  pointerToken,
  type Section,
} from "./types";
import { toText } from "./values";

/** `pointer` leads into the answers. Groups have `fields`, repeats `items`, choices what is on offer. */
export type FieldView = {
  pointer: string;
  name: string;
  field: Field;
  required: boolean;
  choices: Choice[];
  /** Of a matrix. */
  rows: Choice[];
  fields: FieldView[];
  items: ItemView[];
  /** Whether the number of items is calculated, so that none can be added or taken away by hand. */
  counted: boolean;
  /** A text of this field with `${name}` replaced by the answer it shows. */
  words: (text: string) => string;
};
export type ItemView = { pointer: string; fields: FieldView[] };
export type SectionView = { name: string; section: Section; fields: FieldView[] };
export type PageView = { name: string; page: Page; sections: SectionView[] };

const REFERENCE = /\$\{\s*([A-Za-z_][\w.-]*)\s*\}/g;

export type FormState = {
  pages: PageView[];
  /** Pointers of the fields, groups and repeats that are shown. */
  visible: Set<string>;
  required: Set<string>;
  /** Values on offer, where a condition narrows them. */
  choices: Map<string, string[]>;
  /** Rows of a matrix that are shown, where a condition narrows them. */
  rows: Map<string, string[]>;
  calculated: Map<string, Json>;
  /** A text of a page or section with `${name}` replaced by the answer it shows. */
  words: (text: string) => string;
  /** What would be stored: visible, well formed, not empty. */
  answers: Answers;
};

/**
 * What the form shows for `answers`, which may be incomplete or wrong: a wrong answer counts as none.
 * `before` are the answers kept so far, which calculations with a `trigger` or once() hold on to.
 */
export function evaluate(
  compiled: CompiledForm,
  source: FormDocument,
  answers: Answers,
  clock: Clock,
  before: Answers | null = null,
): FormState {
  return new Collector(new Evaluation(compiled, answers, clock, before), source).collect();
}

/** The answers to store: visible, not empty, in their stored form. */
export function cleaned(evaluation: Evaluation, frame = evaluation.root, scope = NONE): Answers {
  const { layout } = evaluation.program;
  const found: Answers = {};
  for (const index of layout.members(scope)) {
    const item = layout.item(index);
    const children = frame.children.get(index);
    const clean = frame.clean.get(layout.slot(index));
    if (children && children.length > 0) {
      found[item.name] = children.map((child) => cleaned(evaluation, child, index));
    } else if (clean !== undefined) {
      found[item.name] = clean;
    }
  }
  return found;
}

/** The values that may be chosen, null where nothing narrows the list. */
export function choicesOnOffer(
  evaluation: Evaluation,
  frame: Frame,
  item: CompiledItem,
): string[] | null {
  const filter = item.choice_filter ?? NONE;
  const conditions = item.choice_conditions ?? [];
  if (filter === NONE && conditions.length === 0) return null;
  const offered = new Set<string>();
  for (const [at, choice] of (evaluation.program.form.lists[item.choices ?? ""] ?? []).entries()) {
    const condition = conditions[at] ?? NONE;
    if (condition !== NONE && !evaluation.truth(condition, frame)) continue;
    evaluation.context.choice = { name: choice.value, label: choice.label, ...choice.columns };
    if (filter === NONE || evaluation.truth(filter, frame)) offered.add(choice.value);
  }
  evaluation.context.choice = {};
  return [...offered];
}

type Sources = {
  fields: Map<string, Field>;
  pages: Map<string, Page>;
  sections: Map<string, Section>;
};
const sources = new WeakMap<FormDocument, Sources>();

function sourcesOf(document: FormDocument): Sources {
  let found = sources.get(document);
  if (!found) {
    found = { fields: new Map(), pages: new Map(), sections: new Map() };
    for (const page of document.pages) {
      found.pages.set(page.name, page);
      for (const section of page.sections ?? []) {
        found.sections.set(section.name, section);
        addFields(section.fields ?? [], found.fields);
      }
    }
    sources.set(document, found);
  }
  return found;
}

function addFields(fields: Field[], into: Map<string, Field>): void {
  for (const field of fields) {
    into.set(field.name, field);
    addFields(field.fields ?? [], into);
  }
}

class Collector {
  private readonly layout: Layout;
  private readonly sources: Sources;
  private readonly state: FormState = {
    pages: [],
    visible: new Set(),
    required: new Set(),
    choices: new Map(),
    rows: new Map(),
    calculated: new Map(),
    words: (text) => this.words(text, this.evaluation.root),
    answers: {},
  };

  constructor(
    private readonly evaluation: Evaluation,
    private readonly source: FormDocument,
  ) {
    this.layout = evaluation.program.layout;
    this.sources = sourcesOf(source);
  }

  collect(): FormState {
    const pages = new Map<number, PageView>();
    const sections = new Map<number, SectionView>();
    for (const [index, fields] of this.byParent(this.evaluation.root, NONE)) {
      const item = this.layout.item(index);
      const section = this.sources.sections.get(item.name);
      if (item.kind === "section" && section)
        sections.set(index, { name: item.name, section, fields });
    }
    for (const [index, view] of [...sections].sort(([one], [other]) => one - other)) {
      const parent = this.layout.item(index).parent ?? NONE;
      const page = this.sources.pages.get(this.layout.item(parent).name);
      if (!page) continue;
      const existing = pages.get(parent) ?? { name: page.name, page, sections: [] };
      existing.sections.push(view);
      pages.set(parent, existing);
    }
    this.state.pages = [...pages.values()];
    this.state.answers = cleaned(this.evaluation);
    return this.state;
  }

  /** The views of one scope's fields by the container they stand in, which has at least one. */
  private byParent(frame: Frame, scope: number): Map<number, FieldView[]> {
    const shown = this.shown(frame, scope);
    const found = new Map<number, FieldView[]>();
    const groups = new Map<number, FieldView>();
    for (const index of this.layout.members(scope)) {
      const item = this.layout.item(index);
      this.noteCalculated(frame, index, item);
      if (!shown.has(index) || item.kind === "page" || item.kind === "section") continue;
      const view = this.view(frame, index, item);
      if (!view) continue;
      const parent = item.parent ?? NONE;
      if (item.kind === "group") groups.set(index, view);
      const group = groups.get(parent);
      if (group) group.fields.push(view);
      else found.set(parent, [...(found.get(parent) ?? []), view]);
    }
    return found;
  }

  private noteCalculated(frame: Frame, index: number, item: CompiledItem): void {
    const clean = frame.clean.get(this.layout.slot(index));
    if (item.type === "calculated" && clean !== undefined) {
      this.state.calculated.set(`${frame.pointer}/${pointerToken(item.name)}`, clean);
    }
  }

  private view(frame: Frame, index: number, item: CompiledItem): FieldView | null {
    const field = this.sources.fields.get(item.name);
    if (!field) return null;
    const pointer = `${frame.pointer}/${pointerToken(item.name)}`;
    const needed = item.required ?? NONE;
    const required = needed !== NONE && this.evaluation.truth(needed, frame);
    this.state.visible.add(pointer);
    if (required) this.state.required.add(pointer);
    const items = (frame.children.get(index) ?? []).map((child) => ({
      pointer: child.pointer,
      fields: this.byParent(child, index).get(index) ?? [],
    }));
    const choices = this.choices(frame, item, pointer);
    const counted = (item.count ?? NONE) !== NONE;
    const words = (text: string) => this.words(text, frame);
    return {
      pointer,
      name: item.name,
      field,
      required,
      choices,
      rows: this.rows(frame, item, pointer),
      fields: [],
      items,
      counted,
      words,
    };
  }

  private words(text: string, frame: Frame): string {
    return text.replace(REFERENCE, (_, reference: string) => {
      const [name = "", ...part] = reference.split(".");
      for (let place: Frame | null = frame; place; place = place.parent) {
        const index = this.layout.names(place.scope).get(name);
        if (index === undefined) continue;
        const slot = this.layout.slot(index);
        const value =
          part.length > 0 ? partOf(place.clean.get(slot), part.join(".")) : place.values[slot];
        return toText(value ?? "");
      }
      return "";
    });
  }

  private choices(frame: Frame, item: CompiledItem, pointer: string): Choice[] {
    const listed = this.source.choice_lists?.[item.choices ?? ""] ?? [];
    const offered = choicesOnOffer(this.evaluation, frame, item);
    if (!offered) return listed;
    this.state.choices.set(pointer, offered);
    const wanted = new Set(offered);
    // a value may be listed once per filter: it is shown once
    return listed.filter((choice) => wanted.delete(choice.value));
  }

  private rows(frame: Frame, item: CompiledItem, pointer: string): Choice[] {
    const listed = this.source.choice_lists?.[item.rows ?? ""] ?? [];
    if (!item.row_conditions?.length) return listed;
    const shown = this.evaluation.rows(frame, item);
    this.state.rows.set(pointer, shown);
    const wanted = new Set(shown);
    return listed.filter((row) => wanted.delete(row.value));
  }

  private shown(frame: Frame, scope: number): Set<number> {
    const shown = new Set<number>();
    for (const index of [...this.layout.members(scope)].reverse()) {
      const item = this.layout.item(index);
      if (!frame.visible[this.layout.slot(index)] || item.type === "calculated") continue;
      if (item.kind === "field" || item.kind === "repeat" || shown.has(index)) {
        shown.add(index);
        shown.add(item.parent ?? NONE);
      }
    }
    return shown;
  }
}
