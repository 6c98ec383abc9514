// Functions over dates and times, on the wall clock of the event.

import { number, type Operation, scalar, text, trimmed } from "./arguments";
import {
  civil,
  DAY,
  dateText,
  fromWall,
  inRange,
  MAX_DAY,
  MIN_DAY,
  parseDatetime,
  zonedText,
} from "./clock";
import { bounded, temporalNumber, type Value } from "./values";

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const WEEKDAYS = "Thu Fri Sat Sun Mon Tue Wed".split(" "); // 1970 began on a Thursday

function days(value: Value | undefined, zone: string): number | null {
  const found = number(value, zone);
  return Math.abs(found) < 10_000_000 ? found : null;
}

function date(values: Value[], zone: string): string {
  const found = days(values[0], zone);
  if (found === null) return "";
  const day = Math.floor(found);
  return MIN_DAY <= day && day <= MAX_DAY ? dateText(day) : "";
}

function dateTime(values: Value[], zone: string): string {
  const value = scalar(values[0]);
  const found = days(value, zone);
  if (found === null) return "";
  const exact = typeof value === "string" ? parseDatetime(value) : null;
  const wall = Math.floor(found * DAY + 0.5);
  if (exact === null && !inRange(wall)) return "";
  const moment = exact ?? fromWall(wall, zone);
  return inRange(moment) ? zonedText(moment, zone) : "";
}

function formatDate(values: Value[], zone: string): string {
  const found = days(values[0], zone);
  if (found === null) return "";
  const wall = Math.floor(found * DAY + 0.5);
  const day = Math.floor(wall / DAY);
  if (day < MIN_DAY || day > MAX_DAY) return "";
  return bounded(formatted(day, wall - day * DAY, text(values[1])));
}

function formatted(day: number, milliseconds: number, pattern: string): string {
  const [year, month, dayOfMonth] = civil(day);
  const seconds = Math.floor(milliseconds / 1000);
  const [hour, minute] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  const parts: { [specifier: string]: string | undefined } = {
    Y: String(year).padStart(4, "0"),
    y: two(year % 100),
    m: two(month),
    n: String(month),
    b: MONTHS[month - 1],
    d: two(dayOfMonth),
    e: String(dayOfMonth),
    H: two(hour),
    h: String(hour),
    M: two(minute),
    S: two(seconds % 60),
    "3": String(milliseconds % 1000).padStart(3, "0"),
    a: WEEKDAYS[((day % 7) + 7) % 7],
    "%": "%",
  };
  return pattern.replace(/%(.)/gsu, (found, specifier: string) => parts[specifier] ?? found);
}

export const DATE_OPERATIONS: { [name: string]: Operation } = {
  date,
  "date-time": dateTime,
  "decimal-date-time": (values, zone) => number(values[0], zone),
  "decimal-time": (values, zone) => {
    const found = temporalNumber(trimmed(values[0]), zone);
    return found - Math.floor(found);
  },
  "format-date": formatDate,
  "format-date-time": formatDate,
};
