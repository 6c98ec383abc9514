import { useMemo } from "react";
import { SelectField } from "@/components/ui/SelectField";
import { countries } from "@/lib/format/countries";
import { useI18n } from "@/lib/i18n/i18n";
import { useTexts } from "../../texts";
import type { FieldProps } from "../context";
import { type AddressPart, addressFormat } from "./addressFormats";
import { PartsGroup, TextPart, useParts } from "./parts";

const TOKENS: Record<AddressPart, string> = {
  line1: "address-line1",
  line2: "address-line2",
  city: "address-level2",
  region: "address-level1",
  postal_code: "postal-code",
};

/** The country comes first, for it decides what the rest is called and in which order it stands. */
export default function AddressAnswer(props: FieldProps) {
  const { field, screen } = props;
  const texts = useTexts();
  const { locale, messages: t } = useI18n();
  const of = useParts(props);
  const country = of.text("country");
  const format = addressFormat(country);
  const options = useMemo(
    () => countries(locale).map(({ code, name }) => ({ value: code, label: name })),
    [locale],
  );
  // A part that is answered stays, whatever the country's custom: nothing disappears from under somebody's hands.
  const parts: AddressPart[] = [
    ...format.parts,
    ...(["region", "postal_code"] as const).filter(
      (name) => of.text(name) !== "" && !format.parts.includes(name),
    ),
  ];
  const labels: Record<AddressPart, string> = {
    line1: texts.line1,
    line2: texts.optional(texts.line2),
    city: texts.city,
    region: texts.regions[format.region] ?? "",
    postal_code: texts.codes[format.code] ?? "",
  };
  const { isReadOnly, ...control } = of.control("country");
  return (
    <PartsGroup {...props}>
      <SelectField
        {...control}
        label={texts.country}
        isRequired={screen.required}
        value={country}
        options={options}
        placeholder={t.fields.choose}
        autoComplete={field.sensitive ? "off" : "country"}
        isDisabled={isReadOnly}
        onChange={(next) => of.set({ country: next })}
      />
      {parts.map((name) => (
        <TextPart
          key={name}
          of={of}
          name={name}
          label={labels[name]}
          isRequired={screen.required && name === "line1"}
          autoComplete={field.sensitive ? "off" : TOKENS[name]}
          short={name === "postal_code"}
        />
      ))}
    </PartsGroup>
  );
}
