import { memo } from "react";
import type { FormDocument, FormField } from "@/lib/document";
import type { FieldScreen } from "@/lib/screen";
import { type FieldProps, useForm } from "./context";
import { FieldMedia, Guidance } from "./FieldMedia";
import { PlainAnswer } from "./PlainAnswer";
import { SensitiveAnswer } from "./SensitiveAnswer";

type QuestionProps = FieldProps & {
  /** All its errors, and the language: with its value and its screen they are all that a question shows. */
  errors: string;
  locale: string;
  /** Whether its texts hold answers to other questions. */
  quotes: boolean;
};

const known = new WeakMap<FormField, boolean>();

/** Whether one of a field's texts, its choices' included, has a `${name}` in it. */
export function quotesAnswers(field: FormField, document: FormDocument): boolean {
  const found = known.get(field);
  if (found !== undefined) return found;
  const { label, hint, guidance, media, choices, rows } = field;
  const lists = [choices, rows].map((name) => document.choice_lists[name ?? ""]);
  const quotes = JSON.stringify([label, hint, guidance, media, lists]).includes("${");
  known.set(field, quotes);
  return quotes;
}

function sameSet(a: ReadonlySet<string> | null, b: ReadonlySet<string> | null): boolean {
  if (a === b) return true;
  if (!a || !b || a.size !== b.size) return false;
  for (const one of a) if (!b.has(one)) return false;
  return true;
}

function sameScreen(a: FieldScreen, b: FieldScreen): boolean {
  return (
    a.required === b.required &&
    a.calculated === b.calculated &&
    a.count === b.count &&
    sameSet(a.choices, b.choices) &&
    sameSet(a.rows, b.rows)
  );
}

function looksTheSame(before: QuestionProps, after: QuestionProps): boolean {
  return (
    !after.quotes &&
    before.field === after.field &&
    before.pointer === after.pointer &&
    before.value === after.value &&
    before.errors === after.errors &&
    before.locale === after.locale &&
    sameScreen(before.screen, after.screen)
  );
}

/** A control, with what the organiser put beside it. Drawn anew only when something it shows has changed. */
export const Question = memo(function Question(props: QuestionProps) {
  const { field } = props;
  const form = useForm();
  const control = field.sensitive ? <SensitiveAnswer {...props} /> : <PlainAnswer {...props} />;
  if (!field.media && !field.guidance) return control;
  return (
    <div className="question">
      <FieldMedia media={field.media} label={form.text(field.label)} />
      {control}
      <Guidance text={form.text(field.guidance)} />
    </div>
  );
}, looksTheSame);
