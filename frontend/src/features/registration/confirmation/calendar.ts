import type { Registration } from "@/lib/api/types";

const stamp = (iso: string) => `${new Date(iso).toISOString().replace(/[-:]/g, "").slice(0, 15)}Z`;

const escaped = (text: string) =>
  text.replace(/[\\;,]/g, (char) => `\\${char}`).replaceAll("\n", "\\n");

/** RFC 5545 lines are at most 75 octets; longer ones go on after CRLF and a space. */
function folded(line: string): string {
  const encoder = new TextEncoder();
  let out = "";
  let octets = 0;
  for (const char of line) {
    const size = encoder.encode(char).length;
    if (octets + size > 74) {
      out += "\r\n ";
      octets = 1;
    }
    out += char;
    octets += size;
  }
  return out;
}

/** The event as an iCalendar file, with its times as instants, so that every calendar shows them in its own zone. */
export function calendarFile(registration: Registration, title: string): Blob {
  const { event } = registration;
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Global PRS//EN",
    "BEGIN:VEVENT",
    `UID:${registration.uid}@global-prs`,
    `DTSTAMP:${stamp(registration.submitted_at ?? new Date().toISOString())}`,
    `DTSTART:${stamp(event.starts_at)}`,
    `DTEND:${stamp(event.ends_at)}`,
    `SUMMARY:${escaped(title)}`,
    ...(event.place ? [`LOCATION:${escaped(event.place)}`] : []),
    ...(registration.confirmation_number
      ? [`DESCRIPTION:${escaped(registration.confirmation_number)}`]
      : []),
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return new Blob([`${lines.map(folded).join("\r\n")}\r\n`], {
    type: "text/calendar;charset=utf-8",
  });
}
