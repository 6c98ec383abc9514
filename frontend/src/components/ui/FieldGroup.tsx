import type { ReactNode } from "react";
import { FieldHint, FieldProblem, type FieldText, LabelText, useFieldIds } from "./field";

type FieldGroupProps = FieldText & {
  id?: string | undefined;
  role?: "group" | "radiogroup";
  isReadOnly?: boolean | undefined;
  /** The focus has left the whole group. */
  onBlur?: (() => void) | undefined;
  children: ReactNode;
};

/** Several controls that answer one question: its words stand above, what is wrong below. */
export function FieldGroup(props: FieldGroupProps) {
  const { label, hint, error, isRequired = false, role = "group", isReadOnly, onBlur } = props;
  const ids = useFieldIds(props.id, props);
  // Only a choice of one may be marked as required or wrong as a whole; of boxes, each one is.
  const asChoice = role === "radiogroup" && {
    role,
    "aria-required": isRequired || undefined,
    "aria-invalid": error ? true : undefined,
    "aria-readonly": isReadOnly || undefined,
  };
  return (
    <fieldset
      className="field"
      data-invalid={error ? "" : undefined}
      {...asChoice}
      id={props.id}
      aria-labelledby={ids.label}
      aria-describedby={ids.described}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) onBlur?.();
      }}
    >
      <span className="field-label" id={ids.label}>
        <LabelText label={label} isRequired={isRequired} />
      </span>
      <FieldHint id={ids.hint}>{hint}</FieldHint>
      {props.children}
      <FieldProblem id={ids.error}>{error}</FieldProblem>
    </fieldset>
  );
}
