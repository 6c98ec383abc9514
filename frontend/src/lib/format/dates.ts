/** All dates of an event are shown in the event's own zone: a reader abroad must not arrive on the wrong day. */
export function formatDate(iso: string, locale: string, timeZone: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone }).format(new Date(iso));
}

export function formatDateTime(iso: string, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone,
  }).format(new Date(iso));
}

export function formatTime(date: Date, locale: string): string {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(date);
}

export function formatDateRange(
  start: string,
  end: string,
  locale: string,
  timeZone: string,
): string {
  const format = new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone,
  });
  return format.formatRange(new Date(start), new Date(end));
}

export function formatTimeRange(
  start: string,
  end: string,
  locale: string,
  timeZone: string,
): string {
  const format = new Intl.DateTimeFormat(locale, {
    weekday: "short",
    hour: "numeric",
    minute: "2-digit",
    timeZone,
  });
  return `${format.format(new Date(start))} – ${format.format(new Date(end))}`;
}

export function zoneName(timeZone: string, locale: string, at: Date): string {
  const parts = new Intl.DateTimeFormat(locale, {
    timeZone,
    timeZoneName: "longGeneric",
  }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? timeZone;
}

/** The day and short month of an event for its date badge. */
export function dateBadge(
  iso: string,
  locale: string,
  timeZone: string,
): { day: string; month: string } {
  const at = new Date(iso);
  return {
    day: new Intl.DateTimeFormat(locale, { day: "numeric", timeZone }).format(at),
    month: new Intl.DateTimeFormat(locale, { month: "short", timeZone }).format(at),
  };
}

/** Minutes by which the zone's wall clock is ahead of UTC at that moment. */
function offsetMinutes(at: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const value = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(
    value("year"),
    value("month") - 1,
    value("day"),
    value("hour"),
    value("minute"),
    value("second"),
  );
  return Math.round((wall - Math.floor(at.getTime() / 1000) * 1000) / 60_000);
}

const WALL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/;

/** "2027-02-12T09:30" on the zone's wall clock as an RFC 3339 instant in UTC; null when it is no complete time. */
export function wallToInstant(wall: string, timeZone: string): string | null {
  if (!WALL.test(wall)) return null;
  const asUtc = Date.parse(`${wall.length === 16 ? `${wall}:00` : wall}Z`);
  if (Number.isNaN(asUtc)) return null;
  const guess = asUtc - offsetMinutes(new Date(asUtc), timeZone) * 60_000;
  const instant = asUtc - offsetMinutes(new Date(guess), timeZone) * 60_000;
  return new Date(instant).toISOString().replace(".000Z", "Z");
}

/** The inverse, as a `datetime-local` input wants it. */
export function instantToWall(instant: string, timeZone: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() + offsetMinutes(at, timeZone) * 60_000).toISOString().slice(0, 16);
}
