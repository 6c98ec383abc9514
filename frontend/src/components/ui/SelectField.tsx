import { FieldHint, FieldProblem, type FieldText, LabelText, useFieldIds } from "./field";

type SelectFieldProps = FieldText & {
  id?: string | undefined;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  options: readonly { value: string; label: string }[];
  /** The entry for "nothing chosen"; absent when one option is always chosen. */
  placeholder?: string;
  isDisabled?: boolean | undefined;
  autoComplete?: string | undefined;
};

/** The browser's own select: searchable by typing, and a phone shows its own wheel, which no list of ours matches. */
export function SelectField(props: SelectFieldProps) {
  const {
    label,
    hint,
    error,
    isRequired = false,
    value,
    onChange,
    onBlur,
    options,
    placeholder,
    isDisabled,
  } = props;
  const ids = useFieldIds(props.id, props);
  return (
    <div className="field" data-invalid={error ? "" : undefined}>
      <label className="field-label" htmlFor={ids.id}>
        <LabelText label={label} isRequired={isRequired} />
      </label>
      <FieldHint id={ids.hint}>{hint}</FieldHint>
      <span className="select-wrap">
        <select
          id={ids.id}
          className="control"
          value={value}
          disabled={isDisabled}
          autoComplete={props.autoComplete}
          aria-required={isRequired || undefined}
          aria-invalid={error ? true : undefined}
          aria-describedby={ids.described}
          onBlur={onBlur}
          onChange={(event) => onChange(event.target.value)}
        >
          {placeholder !== undefined && <option value="">{placeholder}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path
            d="M3 6l5 5 5-5"
            fill="none"
            stroke="currentColor"
            strokeWidth="2"
            strokeLinecap="round"
          />
        </svg>
      </span>
      <FieldProblem id={ids.error}>{error}</FieldProblem>
    </div>
  );
}
