import type { ReactNode } from "react";
import { Checkbox } from "react-aria-components/Checkbox";
import { CheckboxGroup } from "react-aria-components/CheckboxGroup";
import { Radio, RadioGroup } from "react-aria-components/RadioGroup";
import { ErrorIcon, FieldHint, FieldLabel, FieldProblem, type FieldText, LabelText } from "./field";

export type Option = { value: string; label: ReactNode };

type GroupProps = FieldText & {
  id?: string;
  options: readonly Option[];
  inline?: boolean;
  isReadOnly?: boolean;
};

function Mark({ box = false }: { box?: boolean }) {
  return (
    <span className={`option-mark${box ? " option-mark-box" : ""}`} aria-hidden="true">
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        {box ? (
          <path
            d="M2 6.2l2.8 2.8L10 3.4"
            fill="none"
            stroke="currentColor"
            strokeWidth="2.2"
            strokeLinecap="round"
          />
        ) : (
          <circle cx="6" cy="6" r="3.4" fill="currentColor" />
        )}
      </svg>
    </span>
  );
}

/** Many options stand in columns, so that a list of languages does not become a page of its own. */
function layoutOf(options: readonly Option[], inline = false): string {
  if (inline) return "options options-inline";
  return options.length > 6 ? "options options-columns" : "options";
}

export function RadioField(
  props: GroupProps & {
    value: string | null;
    onChange: (value: string) => void;
    onBlur?: () => void;
  },
) {
  const { label, hint, error, isRequired = false, options, inline, ...rest } = props;
  return (
    <RadioGroup
      className="field"
      validationBehavior="aria"
      isInvalid={Boolean(error)}
      isRequired={isRequired}
      {...rest}
    >
      <FieldLabel label={label} isRequired={isRequired} />
      <FieldHint>{hint}</FieldHint>
      <div className={layoutOf(options, inline)}>
        {options.map((option) => (
          <Radio key={option.value} value={option.value} className="option">
            <Mark />
            <span>{option.label}</span>
          </Radio>
        ))}
      </div>
      <FieldProblem>{error}</FieldProblem>
    </RadioGroup>
  );
}

export function CheckboxesField(
  props: GroupProps & { value: string[]; onChange: (value: string[]) => void },
) {
  const { label, hint, error, isRequired = false, options, inline, ...rest } = props;
  return (
    <CheckboxGroup
      className="field"
      validationBehavior="aria"
      isInvalid={Boolean(error)}
      isRequired={isRequired}
      {...rest}
    >
      <FieldLabel label={label} isRequired={isRequired} />
      <FieldHint>{hint}</FieldHint>
      <div className={layoutOf(options, inline)}>
        {options.map((option) => (
          <Checkbox key={option.value} value={option.value} className="option">
            <Mark box />
            <span>{option.label}</span>
          </Checkbox>
        ))}
      </div>
      <FieldProblem>{error}</FieldProblem>
    </CheckboxGroup>
  );
}

type CheckboxFieldProps = FieldText & {
  id: string;
  isSelected: boolean;
  onChange: (selected: boolean) => void;
  isReadOnly?: boolean;
};

export function CheckboxField({
  id,
  label,
  hint,
  error,
  isRequired = false,
  ...rest
}: CheckboxFieldProps) {
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="field" data-invalid={error ? "" : undefined}>
      {hint && (
        <span className="field-hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      <Checkbox
        {...rest}
        id={id}
        className="option"
        validationBehavior="aria"
        isRequired={isRequired}
        isInvalid={Boolean(error)}
        aria-describedby={described || undefined}
      >
        <Mark box />
        <span>
          <LabelText label={label} isRequired={isRequired} />
        </span>
      </Checkbox>
      {error && (
        <span className="field-error" id={`${id}-error`}>
          <ErrorIcon />
          <span>{error}</span>
        </span>
      )}
    </div>
  );
}
