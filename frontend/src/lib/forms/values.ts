// Conversions between the values of an expression (XPath 1.0 section 4, with ODK's dates).

import { DAY, parseDate, parseDatetime, parseTime, toWall } from "./clock";

export type Scalar = string | number | boolean;
export type Value = Scalar | Scalar[];

export const MAX_STRING = 10_000;
const NUMBER = /^-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/;

/** `text` without the white space of XPath around it. */
export function trim(text: string): string {
  return text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
}

export function toNumber(value: Scalar, zone: string): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === "") return Number.NaN;
  const text = trim(value);
  return NUMBER.test(text) ? Number(text) : temporalNumber(text, zone);
}

/** Days on the wall clock of `zone` that a date, date-time or time of day stands for, else NaN. */
export function temporalNumber(text: string, zone: string): number {
  if (codePoints(text) < 5) return Number.NaN;
  if (text[2] === ":") {
    const time = parseTime(text);
    return time === null ? Number.NaN : time / DAY;
  }
  if (text.length === 10) return parseDate(text) ?? Number.NaN;
  const moment = parseDatetime(text);
  return moment === null ? Number.NaN : toWall(moment, zone) / DAY;
}

export function toText(value: Scalar): string {
  if (typeof value === "string") return value;
  return typeof value === "boolean" ? (value ? "true" : "false") : numberText(value);
}

/** No exponent, no trailing zeros, enough digits to tell two doubles apart. */
export function numberText(value: number): string {
  if (value === 0) return "0";
  const text = String(value);
  const at = text.indexOf("e");
  return at < 0 ? text : expand(text.slice(0, at), Number(text.slice(at + 1)));
}

function expand(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = mantissa.slice(sign.length).split(".");
  const digits = whole + fraction;
  const point = whole.length + exponent;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits + "0".repeat(point - digits.length);
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

export function toBoolean(value: Scalar): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value !== 0 && !Number.isNaN(value);
  return value !== "";
}

/** XPath 1.0 section 3.4 for `=`. */
export function equal(left: Scalar, right: Scalar, zone: string): boolean {
  if (typeof left === "boolean" || typeof right === "boolean") {
    return toBoolean(left) === toBoolean(right);
  }
  if (typeof left === "number" || typeof right === "number") {
    return toNumber(left, zone) === toNumber(right, zone);
  }
  return left === right;
}

/** `=` where a date or time is on one side: as moments, or as texts where one side is empty. */
export function sameMoment(left: Scalar, right: Scalar, zone: string): boolean {
  if (left === "" || right === "") return left === right;
  return toNumber(left, zone) === toNumber(right, zone);
}

/** Length as XPath counts it: in characters, not in UTF-16 units. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length - 1; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00)
      count -= 1;
  }
  return count;
}

/** `text` cut to MAX_STRING characters, so that calculations cannot grow without end. */
export function bounded(text: string): string {
  if (text.length <= MAX_STRING) return text;
  return Array.from(text).slice(0, MAX_STRING).join("");
}
