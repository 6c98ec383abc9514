import { useMemo } from "react";
import { SelectField } from "@/components/ui/SelectField";
import { named } from "@/lib/format/codes";
import { CURRENCIES } from "@/lib/forms/codes";
import { LANGUAGES } from "@/lib/forms/languages";
import { useI18n } from "@/lib/i18n/i18n";
import { type FieldProps, useForm } from "../context";
import { useFieldText } from "../useFieldText";

/** A language or a currency: a standard's code, shown by its name in the reader's language. */
export default function CodeAnswer(props: FieldProps) {
  const { field, path, value } = props;
  const form = useForm();
  const { locale, messages: t } = useI18n();
  const isCurrency = field.type === "currency";
  const options = useMemo(
    () =>
      isCurrency
        ? named("currency", [...CURRENCIES.keys()], locale)
        : named("language", [...LANGUAGES], locale),
    [isCurrency, locale],
  );
  return (
    <SelectField
      {...useFieldText(props)}
      value={typeof value === "string" ? value : ""}
      options={options}
      placeholder={t.fields.choose}
      autoComplete={isCurrency ? "transaction-currency" : "language"}
      onChange={(next) => form.change(path, next || null)}
      isDisabled={field.read_only}
    />
  );
}
