import { CURRENCIES } from "@/lib/forms/codes";
import { plainDigits } from "./digits";

/** How many digits the minor unit of a currency has: 1999 is 19.99 EUR, 1999 JPY, 1.999 KWD. Browsers round some otherwise. */
export function minorDigits(currency: string): number {
  return CURRENCIES.get(currency) ?? 2;
}

/** Integer minor units as money: 150000 INR is ₹1,500.00. */
export function formatMoney(minor: number, currency: string, locale: string): string {
  const digits = minorDigits(currency);
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(minor / 10 ** digits);
}

/** An amount in major units as one types it: 1999 EUR is `19.99`. */
export function majorText(minor: number, currency: string): string {
  return (minor / 10 ** minorDigits(currency)).toFixed(minorDigits(currency));
}

/**
 * The minor units that a typed amount means: `1,999.50`, `1.999,50` and `१९९९.५` alike; null when it is none, or finer than the
 * currency. A single mark before exactly three digits groups thousands, unless the currency counts in thousandths.
 */
export function parseMinor(text: string, currency: string): number | null {
  const digits = minorDigits(currency);
  const plain = plainDigits(text).replace(/[\s'’]/g, "");
  if (!/^[+-]?\d[\d.,]*$/.test(plain)) return null;
  const at = Math.max(plain.lastIndexOf("."), plain.lastIndexOf(","));
  const marks = plain.replace(/[^.,]/g, "");
  const groups = marks.length > 0 && new Set(marks).size === 1 && plain.length - at === 4;
  const isDecimal = at >= 0 && !(groups && (marks.length > 1 || digits !== 3));
  const whole = (isDecimal ? plain.slice(0, at) : plain).replace(/[.,]/g, "");
  const fraction = isDecimal ? plain.slice(at + 1) : "";
  if (fraction.length > digits) return null;
  const minor = Number(`${whole}${fraction.padEnd(digits, "0")}`);
  return Number.isSafeInteger(minor) ? minor : null;
}
