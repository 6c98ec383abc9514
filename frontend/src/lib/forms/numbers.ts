// Functions and operators over numbers. Each gives the same bits as the server's.

import { flat, number, numbers, type Operation, position, scalar } from "./arguments";
import { type Scalar, toNumber, type Value } from "./values";

/** XPath 1.0 section 4.4: the closest integer, of two the one closer to positive infinity. */
export function roundHalfUp(value: number): number {
  if (!Number.isFinite(value)) return value;
  const below = Math.floor(value);
  return value - below >= 0.5 ? below + 1 : below;
}

/** On the decimal digits a person sees, so that round(1.005, 2) is 1.01. */
function roundTo(value: number, places: number): number {
  if (!Number.isFinite(value) || places > 20) return value;
  if (places < -20) return 0;
  const [mantissa = "0", power = "0"] = Math.abs(value).toExponential().split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  const exponent = Number(power) - fraction.length;
  const drop = -places - exponent;
  if (drop <= 0 || Number(power) > 40) return value;
  const digits = BigInt(whole + fraction);
  const unit = 10n ** BigInt(drop);
  const twice = (digits % unit) * 2n;
  const up = value > 0 ? twice >= unit : twice > unit;
  const kept = digits / unit + (up ? 1n : 0n);
  return Number(`${value < 0 ? "-" : ""}${kept}e${-places}`) + 0;
}

/** To a whole power by squaring: the same multiplications wherever it runs. */
export function power(base: number, exponent: number): number {
  if (!Number.isInteger(exponent) || Math.abs(exponent) > 1024) return Number.NaN;
  let result = 1;
  let factor = base;
  for (let left = Math.abs(exponent); left > 0; left = Math.floor(left / 2)) {
    if (left % 2) result *= factor;
    factor *= factor;
  }
  return exponent < 0 ? 1 / result : result;
}

function extreme(pick: (values: number[]) => number): Operation {
  return (values, zone) => {
    const found = numbers(values, zone);
    return found.length === 0 || found.some(Number.isNaN) ? Number.NaN : pick(found);
  };
}

/** What converts to a number above 0; `true` as text, too, which is what a boolean becomes in ODK. */
function checked(value: Scalar, zone: string): boolean {
  return value === "true" || toNumber(value, zone) > 0;
}

function between(values: Value[], found: number, zone: string): boolean {
  const [least, most] = [number(values[0], zone), number(values[1], zone)];
  return (least === -1 || found >= least) && (most === -1 || found <= most);
}

function weightedChecklist(values: Value[], zone: string): boolean {
  let total = 0;
  for (let at = 2; at < values.length; at += 2) {
    if (checked(scalar(values[at]), zone)) total += number(values[at + 1], zone);
  }
  return between(values, total, zone);
}

export const NUMBER_OPERATIONS: { [name: string]: Operation } = {
  number: (values, zone) => number(values[0], zone),
  round: (values, zone) => {
    const value = number(values[0], zone);
    if (values.length === 1) return roundHalfUp(value);
    const places = position(values[1], zone);
    return places === null ? Number.NaN : roundTo(value, places);
  },
  int: (values, zone) => Math.trunc(number(values[0], zone)) + 0,
  floor: (values, zone) => Math.floor(number(values[0], zone)) + 0,
  ceiling: (values, zone) => Math.ceil(number(values[0], zone)) + 0,
  abs: (values, zone) => Math.abs(number(values[0], zone)),
  sqrt: (values, zone) => Math.sqrt(number(values[0], zone)),
  pow: (values, zone) => power(number(values[0], zone), number(values[1], zone)),
  pi: () => Math.PI,
  sum: (values, zone) => numbers(values, zone).reduce((total, value) => total + value, 0),
  min: extreme((values) => values.reduce((least, value) => Math.min(least, value)) + 0),
  max: extreme((values) => values.reduce((most, value) => Math.max(most, value)) + 0),
  "count-non-empty": (values) => flat(values).filter((value) => value !== "").length,
  checklist: (values, zone) => {
    const found = flat(values.slice(2)).filter((value) => checked(value, zone));
    return between(values, found.length, zone);
  },
  "weighted-checklist": weightedChecklist,
};
