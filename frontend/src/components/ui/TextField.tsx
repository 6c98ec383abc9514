import type { HTMLInputTypeAttribute, ReactNode } from "react";
import { FieldHint, FieldProblem, type FieldText, LabelText, useFieldIds } from "./field";

export type TextFieldProps = FieldText & {
  id?: string | undefined;
  name?: string;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  type?: HTMLInputTypeAttribute;
  inputMode?: "text" | "numeric" | "decimal" | "tel" | "email" | "search" | "url";
  autoComplete?: string | undefined;
  placeholder?: string;
  multiline?: boolean;
  short?: boolean;
  isReadOnly?: boolean | undefined;
  maxLength?: number | undefined;
  min?: string | undefined;
  max?: string | undefined;
  step?: string | undefined;
  lang?: string;
  dir?: "ltr" | "rtl" | "auto";
  /** What stands beside the control, at its end. */
  aside?: ReactNode;
};

export function TextField(props: TextFieldProps) {
  const { label, hint, error, isRequired = false, multiline, short, type = "text" } = props;
  const { onChange, isReadOnly = false, aside } = props;
  const ids = useFieldIds(props.id, props);
  const control = {
    id: ids.id,
    name: props.name,
    className: `control${short ? " control-short" : ""}`,
    value: props.value,
    placeholder: props.placeholder,
    autoComplete: props.autoComplete,
    inputMode: props.inputMode,
    maxLength: props.maxLength,
    lang: props.lang,
    dir: props.dir ?? (multiline || type === "text" ? ("auto" as const) : undefined),
    readOnly: isReadOnly,
    "aria-required": isRequired || undefined,
    "aria-invalid": error ? true : undefined,
    "aria-describedby": ids.described,
    onBlur: props.onBlur,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  const box = multiline ? (
    <textarea {...control} rows={4} />
  ) : (
    <input {...control} type={type} min={props.min} max={props.max} step={props.step} />
  );
  return (
    <div className="field" data-invalid={error ? "" : undefined}>
      <label className="field-label" htmlFor={ids.id}>
        <LabelText label={label} isRequired={isRequired} />
      </label>
      <FieldHint id={ids.hint}>{hint}</FieldHint>
      {aside ? (
        <div className="field-row">
          {box}
          {aside}
        </div>
      ) : (
        box
      )}
      <FieldProblem id={ids.error}>{error}</FieldProblem>
    </div>
  );
}
