import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { Flow, FlowStep, Registration } from "@/lib/api/types";
import {
  type Answers,
  fieldsOfDocument,
  holdsSensitive,
  pathOf,
  valueAt,
  withValueAt,
} from "@/lib/document";
import { useOfferedLocales, useText } from "@/lib/i18n/i18n";
import { conditionHolds, type FormProgram, programOf } from "@/lib/screen";
import { Draft } from "./draft/Draft";
import type { DraftSnapshot } from "./draft/snapshot";
import type { Path } from "./form/context";
import { prefilled } from "./prefill";

export type Wizard = {
  flow: Flow;
  draft: Draft;
  snapshot: DraftSnapshot;
  programs: Record<string, FormProgram>;
  /** Answers by step, with what is not saved yet. */
  values: Record<string, Answers>;
  /** The steps that apply with the present answers, without the confirmation. */
  steps: FlowStep[];
  change: (step: string, path: Path, value: unknown) => void;
  titleOf: (step: string) => string;
  pathTo: (step?: string, page?: string) => string;
  stepAfter: (step: string) => string | undefined;
  stepBefore: (step: string) => string | undefined;
  submitsAt: (step: string) => boolean;
  isComplete: (step: string) => boolean;
};

function programsOf(flow: Flow, registration: Registration): Record<string, FormProgram> {
  const programs: Record<string, FormProgram> = {};
  for (const step of flow.flow.steps) {
    const form = step.form_version ? flow.forms[step.form_version] : undefined;
    if (form) programs[step.name] = programOf(form, registration.clock);
  }
  return programs;
}

function makeDraft(
  flow: Flow,
  registration: Registration,
  programs: Record<string, FormProgram>,
): Draft {
  return new Draft(registration, {
    steps: flow.flow.steps,
    isSensitive: (step, name) => {
      const program = programs[step];
      const field = program && fieldsOfDocument(program.document).find((one) => one.name === name);
      return field ? holdsSensitive(field) : false;
    },
    unfit: (step, values) => {
      const program = programs[step];
      if (!program) return unfitAttendees(values);
      const unfit = program.errors(values, true).map(({ pointer }) => pathOf(pointer)[0] ?? "");
      return new Set(unfit);
    },
  });
}

/** A list of people is saved once every row has a name; until then it waits on this device. */
function unfitAttendees(values: Answers): ReadonlySet<string> {
  const rows = Array.isArray(values.attendees) ? (values.attendees as { name?: string }[]) : [];
  return new Set(rows.every((row) => row.name?.trim()) ? [] : ["attendees"]);
}

function seatsOf({ tickets }: Registration): number {
  return tickets.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** The languages of the flow's forms, or of the program where there is none. */
function localesOf(programs: Record<string, FormProgram>, { event }: Registration): string[] {
  const locales = Object.values(programs).flatMap(({ document }) => document.locales);
  return [...new Set(locales.length > 0 ? locales : Object.keys(event.title))];
}

/** Everything the wizard's steps need, made once per registration. */
export function useWizard(flow: Flow, registration: Registration): Wizard {
  const text = useText();
  const [programs] = useState(() => programsOf(flow, registration));
  // Read at once: the way to the first step has another address.
  const [search] = useState(() => window.location.search);
  useOfferedLocales(localesOf(programs, registration));
  const [draft] = useState(() => makeDraft(flow, registration, programs));
  const snapshot = useSyncExternalStore(draft.subscribe, draft.getSnapshot);

  useEffect(() => draft.start(), [draft]);

  // The address is read once; what it brings is laid over each form's own beginning, for a form that has answers does not begin.
  useEffect(() => {
    if (registration.state !== "draft") return;
    for (const [step, program] of Object.entries(programs)) {
      const known = draft.values(step);
      const brought = prefilled(program.document, known, search);
      if (Object.keys(brought).length === 0) continue;
      const begun = Object.keys(known).length > 0 ? {} : program.opening();
      for (const [name, value] of Object.entries({ ...begun, ...brought }))
        draft.edit(step, name, value);
    }
  }, [draft, programs, registration, search]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the values are those of the snapshot
  const values = useMemo(
    () => Object.fromEntries(flow.flow.steps.map((step) => [step.name, draft.values(step.name)])),
    [flow, draft, snapshot.registration, snapshot.edits],
  );

  const clock = snapshot.registration.clock;
  const steps = useMemo(() => {
    // As on the server: each condition sees the answers of the applying steps before it.
    const known: Answers = {};
    const applying = flow.flow.steps.filter((step) => {
      if (step.condition && !conditionHolds(step.condition, known, clock)) return false;
      const answers = programs[step.name]?.screen(values[step.name] ?? {}).answers ?? {};
      for (const [field, value] of Object.entries(answers)) known[`${step.name}.${field}`] = value;
      return true;
    });
    return applying.filter((step) => step.kind !== "confirmation");
  }, [flow, programs, values, clock]);

  const change = useCallback(
    (step: string, path: Path, value: unknown) => {
      const field = String(path[0]);
      const next = withValueAt(draft.values(step), path, value);
      draft.edit(step, field, valueAt(next, [field]));
    },
    [draft],
  );

  const names = steps.map(({ name }) => name);
  const base = `/register/${registration.uid}`;
  return {
    flow,
    draft,
    snapshot,
    programs,
    values,
    steps,
    change,
    titleOf: (name) => text(flow.flow.steps.find((step) => step.name === name)?.title) || name,
    pathTo: (step, page) => [base, step, page].filter(Boolean).join("/"),
    stepAfter: (step) => names[names.indexOf(step) + 1],
    stepBefore: (step) => names[names.indexOf(step) - 1],
    submitsAt: (step) => names.at(-1) === step,
    isComplete: (name) => {
      const { registration: current } = snapshot;
      if (current.steps[name]?.status !== "complete") return false;
      // Seats that were added or given back since leave the list of people unfinished.
      const isList = steps.find((step) => step.name === name)?.kind === "attendees";
      return !isList || current.attendees.length === seatsOf(current);
    },
  };
}
