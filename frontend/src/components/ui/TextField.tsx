import type { HTMLInputTypeAttribute } from "react";
import { Input } from "react-aria-components/Input";
import { TextArea } from "react-aria-components/TextArea";
import { TextField as AriaTextField } from "react-aria-components/TextField";
import { FieldHint, FieldLabel, FieldProblem, type FieldText } from "./field";

type TextFieldProps = FieldText & {
  id?: string;
  name?: string;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  type?: HTMLInputTypeAttribute;
  inputMode?: "text" | "numeric" | "decimal" | "tel" | "email" | "search";
  autoComplete?: string;
  placeholder?: string;
  multiline?: boolean;
  short?: boolean;
  isReadOnly?: boolean;
  maxLength?: number | undefined;
  min?: string | undefined;
  max?: string | undefined;
  step?: string | undefined;
  lang?: string;
};

export function TextField(props: TextFieldProps) {
  const {
    label,
    hint,
    error,
    isRequired = false,
    multiline,
    short,
    placeholder,
    lang,
    ...rest
  } = props;
  const {
    id,
    name,
    value,
    onChange,
    onBlur,
    type = "text",
    inputMode,
    autoComplete,
    isReadOnly = false,
  } = rest;
  const control = `control${short ? " control-short" : ""}`;
  return (
    <AriaTextField
      className="field"
      validationBehavior="aria"
      isInvalid={Boolean(error)}
      {...{
        id,
        name,
        value,
        onChange,
        onBlur,
        type,
        inputMode,
        autoComplete,
        isRequired,
        isReadOnly,
      }}
    >
      <FieldLabel label={label} isRequired={isRequired} />
      <FieldHint>{hint}</FieldHint>
      {multiline ? (
        <TextArea className={control} rows={4} dir="auto" placeholder={placeholder} lang={lang} />
      ) : (
        <Input
          className={control}
          dir={type === "text" ? "auto" : undefined}
          placeholder={placeholder}
          {...{ min: rest.min, max: rest.max, step: rest.step, lang }}
        />
      )}
      <FieldProblem>{error}</FieldProblem>
    </AriaTextField>
  );
}
