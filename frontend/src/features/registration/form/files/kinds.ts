import type { FormField } from "@/lib/document";

const DOCUMENTS = ".pdf,.txt,.csv,.docx,.xlsx,.pptx,.odt,.ods,.odp";
const PICTURES = "image/jpeg,image/png,image/webp";
const USUAL: Partial<Record<FormField["type"], string>> = {
  file: `${DOCUMENTS},${PICTURES}`,
  image: PICTURES,
  audio: "audio/*",
  video: "video/*",
};
// Where a browser names no type for an ending that the server takes.
const BY_ENDING: Record<string, string> = {
  csv: "text/csv",
  txt: "text/plain",
  md: "text/plain",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  odt: "application/vnd.oasis.opendocument.text",
  ods: "application/vnd.oasis.opendocument.spreadsheet",
  odp: "application/vnd.oasis.opendocument.presentation",
  m4a: "audio/mp4",
  opus: "audio/ogg",
  weba: "audio/webm",
  mov: "video/quicktime",
};

function endingOf(name: string): string {
  return name.includes(".") ? (name.split(".").pop() ?? "").toLowerCase() : "";
}

/** What the file is said to be; some systems call a CSV file a spreadsheet of their own. */
export function mediaTypeOf(file: File): string {
  const ending = endingOf(file.name);
  const known = BY_ENDING[ending];
  if (known && (!file.type || ending === "csv")) return known;
  return file.type || "application/octet-stream";
}

/** What the browser's file dialog offers for a field. */
export function acceptOf(field: FormField): string | undefined {
  return field.accept?.length ? field.accept.join(",") : USUAL[field.type];
}

/** The kinds of a field as people name them: `PDF, DOCX, JPEG`. */
export function kindsInWords(field: FormField): string {
  const parts = (acceptOf(field) ?? "").split(",").filter(Boolean);
  const words = parts.map((part) => {
    const last = part.split(/[./]/).pop() ?? "";
    return last === "*" ? part.replace("/*", "") : last;
  });
  const short = words.filter((word) => word.length <= 10);
  return [...new Set(short)].map((word) => word.toUpperCase()).join(", ");
}

export function sizeInWords(bytes: number, locale: string): string {
  const [value, unit] =
    bytes >= 1024 * 1024
      ? [bytes / 1024 / 1024, "megabyte"]
      : [Math.max(1, bytes / 1024), "kilobyte"];
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}
