import { type ReactNode, useId } from "react";
import { FieldGroup } from "./FieldGroup";
import { FieldHint, FieldProblem, type FieldText, LabelText, useFieldIds } from "./field";

export type Option = { value: string; label: ReactNode };

type GroupProps = FieldText & {
  id?: string | undefined;
  options: readonly Option[];
  inline?: boolean;
  layout?: "scale" | "stars" | "marks";
  /** What follows the options. */
  after?: ReactNode;
  isReadOnly?: boolean | undefined;
  onBlur?: () => void;
};

/** Many options stand in columns, so that a list of languages does not become a page of its own. */
function layoutOf({ options, inline = false, layout }: GroupProps): string {
  if (layout) return `options options-${layout}`;
  if (inline) return "options options-inline";
  return options.length > 6 ? "options options-columns" : "options";
}

export function OptionMark({ box = false }: { box?: boolean }) {
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

export function RadioField(
  props: GroupProps & { value: string | null; onChange: (value: string) => void },
) {
  const { options, value, onChange, isReadOnly = false, after } = props;
  const name = useId();
  return (
    <FieldGroup {...props} role="radiogroup">
      <div className={layoutOf(props)}>
        {options.map((option) => (
          <label
            key={option.value}
            className="option"
            data-selected={option.value === value || undefined}
          >
            <input
              type="radio"
              className="option-input"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => !isReadOnly && onChange(option.value)}
            />
            <OptionMark />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
      {after}
    </FieldGroup>
  );
}

export function CheckboxesField(
  props: GroupProps & { value: string[]; onChange: (value: string[]) => void },
) {
  const { options, value, onChange, error, isReadOnly = false } = props;
  return (
    <FieldGroup {...props}>
      <div className={layoutOf(props)}>
        {options.map((option) => {
          const isSelected = value.includes(option.value);
          return (
            <label key={option.value} className="option" data-selected={isSelected || undefined}>
              <input
                type="checkbox"
                className="option-input"
                value={option.value}
                checked={isSelected}
                aria-invalid={error ? true : undefined}
                aria-readonly={isReadOnly || undefined}
                onChange={() => {
                  if (isReadOnly) return;
                  const rest = value.filter((one) => one !== option.value);
                  onChange(isSelected ? rest : [...rest, option.value]);
                }}
              />
              <OptionMark box />
              <span>{option.label}</span>
            </label>
          );
        })}
      </div>
    </FieldGroup>
  );
}

type CheckboxFieldProps = FieldText & {
  id: string;
  isSelected: boolean;
  onChange: (selected: boolean) => void;
  onBlur?: () => void;
  isReadOnly?: boolean | undefined;
};

export function CheckboxField(props: CheckboxFieldProps) {
  const { label, hint, error, isRequired = false, isSelected, isReadOnly = false } = props;
  const ids = useFieldIds(props.id, props);
  return (
    <div className="field" data-invalid={error ? "" : undefined}>
      <FieldHint id={ids.hint}>{hint}</FieldHint>
      <label className="option" data-selected={isSelected || undefined}>
        <input
          type="checkbox"
          className="option-input"
          id={ids.id}
          checked={isSelected}
          aria-required={isRequired || undefined}
          aria-invalid={error ? true : undefined}
          aria-readonly={isReadOnly || undefined}
          aria-describedby={ids.described}
          onBlur={props.onBlur}
          onChange={(event) => !isReadOnly && props.onChange(event.target.checked)}
        />
        <OptionMark box />
        <span>
          <LabelText label={label} isRequired={isRequired} />
        </span>
      </label>
      <FieldProblem id={ids.error}>{error}</FieldProblem>
    </div>
  );
}
