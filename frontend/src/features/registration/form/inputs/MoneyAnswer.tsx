import { useState } from "react";
import { TextField } from "@/components/ui/TextField";
import { formatMoney, majorText, parseMinor } from "@/lib/format/money";
import { CURRENCIES } from "@/lib/forms/codes";
import { useI18n } from "@/lib/i18n/i18n";
import { useTexts } from "../../texts";
import { type FieldProps, useForm } from "../context";
import { useFieldText } from "../useFieldText";

type Money = { amount?: unknown; currency?: string };

/** What the amount's box shows for a stored answer: the text that was typed where it was no amount. */
function textOfAmount({ amount, currency }: Money): string {
  if (typeof amount === "number") return majorText(amount, currency ?? "");
  return typeof amount === "string" ? amount : "";
}

function nameOf(currency: string, locale: string): string {
  return new Intl.DisplayNames([locale], { type: "currency" }).of(currency) ?? currency;
}

/** The currency stands beside the box; the amount is said back as the reader writes money, so that 1.999 is no surprise. */
export default function MoneyAnswer(props: FieldProps) {
  const { field, path, pointer, value } = props;
  const form = useForm();
  const texts = useTexts();
  const { locale } = useI18n();
  const words = useFieldText(props);
  const stored = (typeof value === "object" && value !== null ? value : {}) as Money;
  const accepted = field.currencies?.length ? field.currencies : [...CURRENCIES.keys()];
  const [picked, setPicked] = useState(accepted[0] ?? "EUR");
  const currency = stored.currency ?? picked;
  const [typed, setTyped] = useState<string | null>(null);
  const shown =
    typed !== null && (parseMinor(typed, currency) ?? typed) === (stored.amount ?? "")
      ? typed
      : textOfAmount(stored);

  const change = (text: string, unit: string) => {
    setTyped(text);
    setPicked(unit);
    const amount = parseMinor(text, unit) ?? text;
    form.change(path, text.trim() === "" ? null : { amount, currency: unit });
  };
  const amount = typeof stored.amount === "number" ? stored.amount : null;
  const spoken = amount === null ? "" : texts.amountIs(formatMoney(amount, currency, locale));
  const onlyOne = accepted.length === 1;
  return (
    <TextField
      {...words}
      hint={
        <>
          {words.hint && <>{words.hint} · </>}
          {onlyOne && <>{nameOf(currency, locale)} </>}
          <output htmlFor={words.id}>{spoken}</output>
        </>
      }
      value={shown}
      onChange={(text) => change(text, currency)}
      inputMode="decimal"
      autoComplete="off"
      dir="ltr"
      short
      isReadOnly={field.read_only}
      aside={
        onlyOne ? (
          <span className="money-unit">{currency}</span>
        ) : (
          <select
            className="control money-unit"
            aria-label={`${texts.currency}: ${form.text(field.label)}`}
            id={`${words.id}-currency`}
            value={currency}
            disabled={field.read_only}
            onBlur={() => form.leave(pointer)}
            onChange={(event) => change(shown, event.target.value)}
          >
            {accepted.map((code) => (
              <option key={code} value={code}>
                {`${code} – ${nameOf(code, locale)}`}
              </option>
            ))}
          </select>
        )
      }
    />
  );
}
