// Arguments of a function: scalars as they are, lists where a nodeset was written.

import { type Scalar, toNumber, toText, trim, type Value } from "./values";

export type Operation = (values: Value[], zone: string) => Scalar;

/** A nodeset as one value is its first node. */
export function scalar(value: Value | undefined): Scalar {
  if (Array.isArray(value)) return value[0] ?? "";
  return value ?? "";
}

export function flat(values: Value[]): Scalar[] {
  return values.flat();
}

export function text(value: Value | undefined): string {
  return toText(scalar(value));
}

export function trimmed(value: Value | undefined): string {
  return trim(text(value));
}

export function number(value: Value | undefined, zone: string): number {
  return toNumber(scalar(value), zone);
}

/** The answered ones as numbers. */
export function numbers(values: Value[], zone: string): number[] {
  return flat(values)
    .filter((value) => value !== "")
    .map((value) => toNumber(value, zone));
}

export function words(value: Value | undefined): string[] {
  return text(value)
    .split(/[ \t\r\n]/)
    .filter((word) => word !== "");
}

export function position(value: Value | undefined, zone: string): number | null {
  const found = number(value, zone);
  return Math.abs(found) < 2 ** 31 ? Math.trunc(found) : null;
}
