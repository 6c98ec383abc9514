import { type ReactNode, useRef, useState } from "react";
import { FormContext, type FormContextValue } from "./context";

/** Reads through to whatever the form is now, and is itself always the same object. */
function viewOf(latest: { readonly current: FormContextValue }): FormContextValue {
  const view = {};
  for (const key of Object.keys(latest.current) as (keyof FormContextValue)[]) {
    Object.defineProperty(view, key, { get: () => latest.current[key], enumerable: true });
  }
  return view as FormContextValue;
}

/**
 * Gives the form to its fields without drawing all of them anew at every letter: in a form of 600 questions that took longer
 * than a person types. What a question shows comes to it by its properties (see `Question`).
 */
export function FormProvider({ form, children }: { form: FormContextValue; children: ReactNode }) {
  const latest = useRef(form);
  latest.current = form;
  const [view] = useState(() => viewOf(latest));
  return <FormContext.Provider value={view}>{children}</FormContext.Provider>;
}
