import { useState } from "react";
import { TextField } from "@/components/ui/TextField";
import { useMessages } from "@/lib/i18n/i18n";
import { type FieldProps, useForm } from "./context";
import { useFieldText } from "./useFieldText";

const AUTOCOMPLETE: Record<string, string> = {
  "registrant.name": "name",
  "registrant.email": "email",
  "registrant.phone": "tel",
};

export function TextAnswer(props: FieldProps) {
  const { field, path, value } = props;
  const form = useForm();
  const t = useMessages();
  const words = useFieldText(props);
  const isPhone = field.type === "phone";
  const isEmail = field.type === "email";
  return (
    <TextField
      {...words}
      hint={words.hint ?? (isPhone ? t.fields.phoneHint : undefined)}
      value={typeof value === "string" ? value : ""}
      onChange={(text) => form.change(path, text)}
      // The browser's own check of an e-mail field would drop spaces and speak another language than the page.
      type={isPhone ? "tel" : "text"}
      inputMode={
        isEmail ? "email" : isPhone ? "tel" : field.identity === "aadhaar" ? "numeric" : "text"
      }
      autoComplete={field.sensitive ? "off" : AUTOCOMPLETE[field.maps_to ?? ""]}
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
  const trimmed = text.trim();
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
