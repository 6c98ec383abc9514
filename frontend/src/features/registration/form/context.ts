import { createContext, type ReactNode, useContext } from "react";
import type { LocalizedText } from "@/lib/api/types";
import type { Answers, FormDocument, FormField } from "@/lib/document";
import type { Clock, FieldScreen, FormScreen } from "@/lib/screen";

export type Path = readonly (string | number)[];

export type FormContextValue = {
  document: FormDocument;
  screen: FormScreen;
  values: Answers;
  clock: Clock;
  change: (path: Path, value: unknown) => void;
  /** The field was left: from now on a malformed answer is pointed out. */
  leave: (pointer: string) => void;
  errorAt: (pointer: string) => string | null;
  /** Every error of a field and of its parts, as one text: it changes when any of them does. */
  errorsUnder: (pointer: string) => string;
  /** The registration and the step that the answers belong to. */
  registration: string;
  step: string;
  /** A text of the form in the reader's language, with `${name}` replaced by the answer. */
  text: (text: LocalizedText | undefined) => string;
  /** The same to be shown: marked with its language where the form has none in the reader's. */
  shown: (text: LocalizedText | undefined) => ReactNode;
  /** What the folded text beside a question is called. */
  guidanceTitle: string;
};

export const FormContext = createContext<FormContextValue | null>(null);

export function useForm(): FormContextValue {
  const value = useContext(FormContext);
  if (!value) throw new Error("useForm needs a FormContext above it");
  return value;
}

export type FieldProps = {
  field: FormField;
  path: Path;
  pointer: string;
  screen: FieldScreen;
  value: unknown;
};

/** The id of a field's control, by which the error summary finds it. */
export function controlId(pointer: string): string {
  return `answer${pointer.replaceAll("/", "-")}`;
}

export function focusControl(pointer: string): void {
  const target = document.getElementById(controlId(pointer));
  if (!target) return;
  const control = target.matches("input, select, textarea, button")
    ? target
    : (target.querySelector<HTMLElement>("input, select, textarea, button") ?? target);
  control.focus();
  target.closest(".field")?.scrollIntoView?.({ block: "center" });
}
