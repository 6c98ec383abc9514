import { createContext, type ReactNode, useContext, useId } from "react";
import "./field.css";

export type FieldText = {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null | undefined;
  isRequired?: boolean | undefined;
};

/** Says in words what the asterisk means; forms set it in the reader's language. */
export const RequiredMark = createContext("required");

export function LabelText({ label, isRequired }: Pick<FieldText, "label" | "isRequired">) {
  const meaning = useContext(RequiredMark);
  return (
    <>
      {label}
      {isRequired && (
        <span className="field-required" aria-hidden="true" title={meaning}>
          {" *"}
        </span>
      )}
    </>
  );
}

/** The ids that tie a control to its words, and what of them describes it now. */
export function useFieldIds(own: string | undefined, { hint, error }: FieldText) {
  const made = useId();
  const id = own ?? made;
  return {
    id,
    label: `${id}-label`,
    hint: `${id}-hint`,
    error: `${id}-error`,
    described:
      [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined,
  };
}

export function FieldHint({ id, children }: { id: string; children?: ReactNode }) {
  if (!children) return null;
  return (
    <span className="field-hint" id={id}>
      {children}
    </span>
  );
}

export function FieldProblem({ id, children }: { id: string; children?: ReactNode }) {
  if (!children) return null;
  return (
    <span className="field-error" id={id}>
      <ErrorIcon />
      <span>{children}</span>
    </span>
  );
}

export function ErrorIcon() {
  return (
    <svg className="field-error-icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
      <circle cx="10" cy="10" r="9" fill="currentColor" />
      <path d="M10 5v6" stroke="var(--surface)" strokeWidth="2" strokeLinecap="round" />
      <circle cx="10" cy="14.2" r="1.2" fill="var(--surface)" />
    </svg>
  );
}
