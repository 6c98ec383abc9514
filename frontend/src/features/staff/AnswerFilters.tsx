import { SelectField } from "@/components/ui/SelectField";
import { TextField } from "@/components/ui/TextField";
import { useText } from "@/lib/i18n/i18n";
import { type FieldFilter, type StaffFilter, useFilters } from "./queries";
import { useTexts } from "./texts";

type AnswerFiltersProps = {
  organization: string;
  filter: StaffFilter;
  onTicket: (uid: string) => void;
  onAnswers: (answers: string[]) => void;
};

/** Filters by ticket and by every answer of a program that is not sensitive, with how many have what. */
export function AnswerFilters({ organization, filter, onTicket, onAnswers }: AnswerFiltersProps) {
  const texts = useTexts();
  const text = useText();
  const filters = useFilters(organization, filter).data;
  if (!filters) return null;
  const counted = (label: string, count: number) =>
    filters.counted ? texts.withCount(label, count) : label;

  const put = (prefix: string, value: string) => {
    const others = filter.answers.filter((one) => !one.startsWith(prefix));
    onAnswers(value ? [...others, `${prefix}${value}`] : others);
  };
  const given = (prefix: string) =>
    filter.answers.find((one) => one.startsWith(prefix))?.slice(prefix.length) ?? "";

  return (
    <>
      <p className="soft" aria-live="polite">
        {texts.found(filters.total)}
      </p>
      {filter.event && (
        <details className="staff-more" open={filter.answers.length > 0 || filter.ticket !== ""}>
          <summary>{texts.moreFilters}</summary>
          <div className="staff-filters">
            <SelectField
              label={texts.ticket}
              value={filter.ticket}
              placeholder={texts.allTickets}
              options={filters.tickets.map((one) => ({
                value: one.uid,
                label: counted(text(one.name), one.count),
              }))}
              onChange={onTicket}
            />
            {filters.fields.map((field) => (
              <OneField
                key={`${field.step}.${field.name}`}
                field={field}
                given={given}
                put={put}
                counted={counted}
              />
            ))}
          </div>
        </details>
      )}
    </>
  );
}

type OneFieldProps = {
  field: FieldFilter;
  given: (prefix: string) => string;
  put: (prefix: string, value: string) => void;
  counted: (label: string, count: number) => string;
};

function OneField({ field, given, put, counted }: OneFieldProps) {
  const texts = useTexts();
  const text = useText();
  const place = `${field.step}.${field.name}`;
  const label = text(field.label) || field.name;
  if (field.kind === "number" || field.kind === "date") {
    const type = field.kind === "date" ? "date" : "number";
    return (
      <>
        {(["from", "to"] as const).map((operator) => (
          <TextField
            key={operator}
            label={texts[operator](label)}
            type={type}
            value={given(`${place}:${operator}:`)}
            onChange={(value) => put(`${place}:${operator}:`, value)}
          />
        ))}
      </>
    );
  }
  if (field.choices.length === 0) {
    const operator = field.kind === "text" ? "contains" : "is";
    return (
      <TextField
        label={operator === "contains" ? texts.contains(label) : label}
        value={given(`${place}:${operator}:`)}
        onChange={(value) => put(`${place}:${operator}:`, value)}
      />
    );
  }
  const word = (value: string) =>
    field.kind === "boolean" ? (value === "true" ? texts.yes : texts.no) : value;
  return (
    <SelectField
      label={label}
      value={given(`${place}:is:`)}
      placeholder={texts.anyValue}
      options={field.choices.map((one) => ({
        value: one.value,
        label: counted(text(one.label) || word(one.value), one.count),
      }))}
      onChange={(value) => put(`${place}:is:`, value)}
    />
  );
}
