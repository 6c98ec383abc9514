import { createContext, type ReactNode, useContext } from "react";
import { FieldError } from "react-aria-components/FieldError";
import { Text } from "react-aria-components/Text";
import { Label } from "react-aria-components/TextField";
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

export function FieldLabel(props: Pick<FieldText, "label" | "isRequired">) {
  return (
    <Label className="field-label">
      <LabelText {...props} />
    </Label>
  );
}

export function FieldHint({ children }: { children?: ReactNode }) {
  if (!children) return null;
  return (
    <Text slot="description" className="field-hint">
      {children}
    </Text>
  );
}

export function FieldProblem({ children }: { children?: ReactNode }) {
  return (
    <FieldError className="field-error">
      <ErrorIcon />
      <span>{children}</span>
    </FieldError>
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
