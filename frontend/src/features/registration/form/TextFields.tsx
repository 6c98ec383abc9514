import { useState } from "react";
import { TextField } from "@/components/ui/TextField";
import { plainDigits } from "@/lib/format/digits";
import { useMessages } from "@/lib/i18n/i18n";
import { type FieldProps, useForm } from "./context";
import { useFieldText } from "./useFieldText";

const AUTOCOMPLETE: Record<string, string> = {
  "registrant.name": "name",
  "registrant.email": "email",
  "registrant.phone": "tel",
};

/** `example.org/me` means `https://example.org/me`; what names a scheme is left alone. */
function withScheme(text: string): string {
  const bare = text.trim();
  return /^[^\s:/@]+\.[^\s/@]{2,}(\/\S*)?$/.test(bare) ? `https://${bare}` : text;
}

export function TextAnswer(props: FieldProps) {
  const { field, path, value } = props;
  const form = useForm();
  const t = useMessages();
  const words = useFieldText(props);
  const isPhone = field.type === "phone";
  const isEmail = field.type === "email";
  const isUrl = field.type === "url";
  const isNumber = isPhone || field.identity === "aadhaar";
  return (
    <TextField
      {...words}
      hint={words.hint ?? (isPhone ? t.fields.phoneHint : isUrl ? t.fields.urlHint : undefined)}
      value={typeof value === "string" ? value : ""}
      onChange={(text) => form.change(path, isNumber ? plainDigits(text) : text)}
      // The browser's own check of an e-mail field would drop spaces and speak another language than the page.
      type={isPhone ? "tel" : "text"}
      inputMode={
        isEmail ? "email" : isUrl ? "url" : isPhone ? "tel" : isNumber ? "numeric" : "text"
      }
      dir={isPhone || isEmail || isUrl ? "ltr" : undefined}
      onBlur={() => {
        if (isUrl && typeof value === "string") form.change(path, withScheme(value));
        words.onBlur();
      }}
      autoComplete={field.sensitive ? "off" : isUrl ? "url" : AUTOCOMPLETE[field.maps_to ?? ""]}
      multiline={field.type === "multiline"}
      isReadOnly={field.read_only}
      short={isPhone || field.type === "identity_number"}
    />
  );
}

const INTEGER = /^[+-]?\d{1,16}$/;
const DECIMAL = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)$/;

/** A number when the text is one; the text itself otherwise, so that a typing error is shown and not swallowed. */
export function parseNumber(text: string, integer: boolean): number | string {
  const trimmed = plainDigits(text).trim();
  if (integer && INTEGER.test(trimmed)) return Number(trimmed);
  if (!integer && DECIMAL.test(trimmed)) return Number(trimmed.replace(",", "."));
  return text;
}

export function NumberAnswer(props: FieldProps) {
  const { field, path, value } = props;
  const form = useForm();
  const words = useFieldText(props);
  const integer = field.type === "integer";
  // "1." and "1.0" are the same number but not the same text: what is being typed stays as typed.
  const [typed, setTyped] = useState<string | null>(null);
  const stored = value === null || value === undefined ? "" : String(value);
  const shown = typed !== null && String(parseNumber(typed, integer)) === stored ? typed : stored;
  return (
    <TextField
      {...words}
      value={shown}
      onChange={(text) => {
        setTyped(text);
        form.change(path, text.trim() === "" ? null : parseNumber(text, integer));
      }}
      inputMode={integer ? "numeric" : "decimal"}
      autoComplete="off"
      isReadOnly={field.read_only}
      short
    />
  );
}
