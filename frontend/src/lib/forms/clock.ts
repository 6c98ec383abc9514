// Dates as day numbers and moments as milliseconds, on the wall clock of the event's zone.

export const DAY = 86_400_000;
const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const TIME = /^([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?$/;
const OFFSET = /^(?:Z|[+-]([0-9]{2}):([0-9]{2}))$/;

/** Days since 1970-01-01 of a day of the Gregorian calendar (H. Hinnant, "days_from_civil"). */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Year, month and day of month of a day number. */
export function civil(day: number): [number, number, number] {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return [year, month, dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1];
}

export const MIN_DAY = daysFromCivil(1, 1, 1);
export const MAX_DAY = daysFromCivil(9999, 12, 31);
const MIN_INSTANT = (MIN_DAY + 1) * DAY;
const MAX_INSTANT = MAX_DAY * DAY - 1;
const FIRST_KNOWN = daysFromCivil(1972, 1, 1) * DAY;
const LAST_KNOWN = daysFromCivil(2038, 1, 1) * DAY - 1;

export function inRange(moment: number): boolean {
  return MIN_INSTANT <= moment && moment <= MAX_INSTANT;
}

/** Days since 1970 of `YYYY-MM-DD`, null where it is no date of the calendar. */
export function parseDate(text: string): number | null {
  const match = DATE.exec(text);
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 1 || month < 1 || month > 12 || day < 1) return null;
  const number = daysFromCivil(year, month, day);
  return day <= 28 || civil(number)[2] === day ? number : null;
}

/** Milliseconds since midnight of `HH:MM[:SS[.fff]]`. */
export function parseTime(text: string): number | null {
  const match = TIME.exec(text);
  if (!match) return null;
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return null;
  const fraction = Number(`${match[4] ?? ""}000`.slice(0, 3));
  return ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
}

/** Milliseconds since 1970 in UTC of an RFC 3339 date-time with its offset. */
export function parseDatetime(text: string): number | null {
  if (text.length < 17 || text[10] !== "T") return null;
  const day = parseDate(text.slice(0, 10));
  const offsetAt = text.slice(11).search(/[Z+-]/) + 11;
  if (day === null || offsetAt === 10) return null;
  const time = parseTime(text.slice(11, offsetAt));
  const offset = parseOffset(text.slice(offsetAt));
  if (time === null || offset === null) return null;
  const moment = day * DAY + time - offset * 60_000;
  return inRange(moment) ? moment : null;
}

function parseOffset(text: string): number | null {
  const match = OFFSET.exec(text);
  if (!match) return null;
  if (text === "Z") return 0;
  const [hours, minutes] = [Number(match[1]), Number(match[2])];
  if (hours > 23 || minutes > 59) return null;
  return (hours * 60 + minutes) * (text.startsWith("-") ? -1 : 1);
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

export function dateText(day: number): string {
  const [year, month, dayOfMonth] = civil(day);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(dayOfMonth, 2)}`;
}

const formats = new Map<string, Intl.DateTimeFormat | null>();

function formatOf(zone: string): Intl.DateTimeFormat | null {
  let format = formats.get(zone);
  if (format === undefined) {
    format = zone === "UTC" ? null : makeFormat(zone);
    formats.set(zone, format);
  }
  return format;
}

function makeFormat(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
  } catch {
    return null; // a zone this browser does not know counts as UTC, as it does on the server
  }
}

/** Milliseconds by which the wall clock of `zone` is ahead of UTC at `moment`. */
export function offsetAt(moment: number, zone: string): number {
  const format = formatOf(zone);
  if (!format) return 0;
  // Before 1972 and after 2037 copies of the zone database differ: the offsets at these ends are taken.
  const known = Math.min(Math.max(moment, FIRST_KNOWN), LAST_KNOWN);
  const part: { [type: string]: number } = {};
  for (const { type, value } of format.formatToParts(known)) part[type] = Number(value);
  const day = daysFromCivil(part.year ?? 0, part.month ?? 1, part.day ?? 1);
  const seconds = ((part.hour ?? 0) * 60 + (part.minute ?? 0)) * 60 + (part.second ?? 0);
  return day * DAY + seconds * 1000 - Math.floor(known / 1000) * 1000;
}

export function toWall(moment: number, zone: string): number {
  return moment + offsetAt(moment, zone);
}

/** The instant of a wall-clock time: the earlier of two, and past a gap by the gap's length. */
export function fromWall(wall: number, zone: string): number {
  const earlier = wall - offsetAt(wall - DAY, zone);
  if (toWall(earlier, zone) === wall) return earlier;
  const later = wall - offsetAt(wall + DAY, zone);
  return toWall(later, zone) === wall ? later : earlier;
}

/** `HH:MM`, with seconds and milliseconds where they are not zero. */
export function timeText(milliseconds: number): string {
  const fraction = milliseconds % 1000;
  const seconds = Math.floor(milliseconds / 1000);
  const text = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}`;
  if (fraction) return `${text}:${pad(seconds % 60, 2)}.${pad(fraction, 3)}`;
  return seconds % 60 ? `${text}:${pad(seconds % 60, 2)}` : text;
}

function fullTime(milliseconds: number): string {
  const text = timeText(milliseconds);
  return text.length > 5 ? text : `${text}:00`;
}

export function utcText(moment: number): string {
  const day = Math.floor(moment / DAY);
  return `${dateText(day)}T${fullTime(moment - day * DAY)}Z`;
}

/** RFC 3339 with the offset that `zone` has at `moment`. */
export function zonedText(moment: number, zone: string): string {
  const offset = offsetAt(moment, zone);
  const day = Math.floor((moment + offset) / DAY);
  const minutes = Math.floor(Math.abs(offset) / 60_000);
  const ahead = `${offset < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}`;
  return `${dateText(day)}T${fullTime(moment + offset - day * DAY)}${ahead}`;
}
