import { OptionMark } from "@/components/ui/ChoiceFields";
import { FieldGroup } from "@/components/ui/FieldGroup";
import { useOptions } from "../ChoiceAnswers";
import { type FieldProps, useForm } from "../context";
import { useFieldText } from "../useFieldText";
import "./matrix.css";

type Rows = Record<string, string | string[]>;

function rowsOf(value: unknown): Rows {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Rows)
    : {};
}

/**
 * Each row is a question of its own to a screen reader. On a desk the columns stand under their names as in a table; on a phone
 * each row becomes a card with the names inside.
 */
export default function MatrixAnswer(props: FieldProps) {
  const { field, path, value, screen } = props;
  const form = useForm();
  const words = useFieldText(props);
  const columns = useOptions(props);
  const answered = rowsOf(value);
  const rows = (form.document.choice_lists[field.rows ?? ""] ?? []).filter(
    (row) => screen.rows?.has(row.value) ?? true,
  );

  const pick = (row: string, column: string) => {
    if (field.read_only) return;
    const before = [answered[row] ?? []].flat();
    const rest = before.filter((one) => one !== column);
    const many = rest.length < before.length ? rest : [...rest, column];
    const { [row]: _replaced, ...others } = answered;
    const next = !field.multiple
      ? { ...others, [row]: column }
      : many.length > 0
        ? { ...others, [row]: many }
        : others;
    form.change(path, Object.keys(next).length > 0 ? next : null);
  };

  return (
    <FieldGroup {...words}>
      <div className="matrix" data-columns={Math.min(columns.length, 12)}>
        <div className="matrix-head" aria-hidden="true">
          <span />
          {columns.map((column) => (
            <span key={column.value}>{column.label}</span>
          ))}
        </div>
        {rows.map((row) => {
          const id = `${words.id}-${row.value}`;
          const chosen = [answered[row.value] ?? []].flat();
          return (
            <fieldset
              key={row.value}
              id={id}
              className="matrix-row"
              aria-labelledby={`${id}-label`}
              {...(!field.multiple && {
                role: "radiogroup",
                "aria-required": screen.required || undefined,
              })}
            >
              <span className="matrix-label" id={`${id}-label`}>
                {form.shown(row.label)}
              </span>
              {columns.map((column) => {
                const isChosen = chosen.includes(column.value);
                return (
                  <label
                    key={column.value}
                    className="option matrix-cell"
                    data-selected={isChosen || undefined}
                  >
                    <input
                      className="option-input"
                      type={field.multiple ? "checkbox" : "radio"}
                      name={id}
                      checked={isChosen}
                      aria-invalid={(field.multiple && words.error !== null) || undefined}
                      onChange={() => pick(row.value, column.value)}
                    />
                    <OptionMark box={Boolean(field.multiple)} />
                    <span className="matrix-name">{column.label}</span>
                  </label>
                );
              })}
            </fieldset>
          );
        })}
      </div>
    </FieldGroup>
  );
}
