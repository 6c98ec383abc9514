import { type ReactNode, useMemo } from "react";
import { CheckboxesField, CheckboxField, RadioField } from "@/components/ui/ChoiceFields";
import { SelectField } from "@/components/ui/SelectField";
import { countries } from "@/lib/format/countries";
import { useI18n, useMessages } from "@/lib/i18n/i18n";
import { type FieldProps, useForm } from "./context";
import { ChoicePicture } from "./FieldMedia";
import { useFieldText } from "./useFieldText";

/** Beyond this many, a list one can type in serves better than a wall of buttons. */
const MOST_RADIOS = 8;

/** Sizes, grades, yes and no: options short enough to stand side by side. */
function areShort(options: readonly { text: string }[]): boolean {
  return options.length <= 6 && options.every(({ text }) => text.length <= 8);
}

type Offered = { value: string; text: string; label: ReactNode };

/** The choices on offer now, as text and as they are shown. */
export function useOptions({ field, screen }: FieldProps): Offered[] {
  const form = useForm();
  const all = form.document.choice_lists[field.choices ?? ""] ?? [];
  return all
    .filter((choice) => screen.choices.has(choice.value))
    .map((choice) => ({
      value: choice.value,
      text: form.text(choice.label),
      label: (
        <>
          <ChoicePicture media={choice.media} />
          {form.shown(choice.label)}
        </>
      ),
    }));
}

export function SingleChoiceAnswer(props: FieldProps) {
  const { field, path, value } = props;
  const form = useForm();
  const t = useMessages();
  const words = useFieldText(props);
  const options = useOptions(props);
  const chosen = typeof value === "string" ? value : "";
  if (options.length > MOST_RADIOS || field.appearance?.includes("minimal")) {
    return (
      <SelectField
        {...words}
        value={chosen}
        options={options.map((option) => ({ value: option.value, label: option.text }))}
        placeholder={t.fields.choose}
        onChange={(next) => form.change(path, next || null)}
        isDisabled={field.read_only}
      />
    );
  }
  return (
    <RadioField
      {...words}
      value={chosen || null}
      options={options}
      onChange={(next) => form.change(path, next)}
      inline={areShort(options) || /horizontal|likert/.test(field.appearance ?? "")}
      isReadOnly={field.read_only}
    />
  );
}

export function MultipleChoiceAnswer(props: FieldProps) {
  const { field, path, value } = props;
  const form = useForm();
  const words = useFieldText(props);
  return (
    <CheckboxesField
      {...words}
      value={Array.isArray(value) ? value.map(String) : []}
      options={useOptions(props)}
      onChange={(next) => form.change(path, next)}
      isReadOnly={field.read_only}
    />
  );
}

export function BooleanAnswer(props: FieldProps) {
  const { field, path, value } = props;
  const form = useForm();
  const t = useMessages();
  const words = useFieldText(props);
  return (
    <RadioField
      {...words}
      value={typeof value === "boolean" ? String(value) : null}
      options={[
        { value: "true", label: t.common.yes },
        { value: "false", label: t.common.no },
      ]}
      onChange={(next) => form.change(path, next === "true")}
      inline
      isReadOnly={field.read_only}
    />
  );
}

export function ConsentAnswer(props: FieldProps) {
  const { field, path, value } = props;
  const form = useForm();
  const t = useMessages();
  const { hint, ...words } = useFieldText(props);
  const version = field.consent_text_version;
  return (
    <CheckboxField
      {...words}
      hint={
        hint && version ? (
          <>
            {hint} <span className="nowrap">({t.fields.consentVersion(version)})</span>
          </>
        ) : (
          hint
        )
      }
      isSelected={value === true}
      onChange={(agreed) => form.change(path, agreed ? true : null)}
      isReadOnly={field.read_only}
    />
  );
}

export function CountryAnswer(props: FieldProps) {
  const { field, path, value } = props;
  const form = useForm();
  const { locale, messages: t } = useI18n();
  const options = useMemo(
    () => countries(locale).map(({ code, name }) => ({ value: code, label: name })),
    [locale],
  );
  return (
    <SelectField
      {...useFieldText(props)}
      value={typeof value === "string" ? value : ""}
      options={options}
      placeholder={t.fields.choose}
      autoComplete="country"
      onChange={(next) => form.change(path, next || null)}
      isDisabled={field.read_only}
    />
  );
}
