// The form document as the screen reads it: the contract's `source`, of which a published version never changes.
import type { LocalizedText } from "@/lib/api/types";
import type { FieldType, Media } from "@/lib/forms/types";

export type { FieldType, Media };

export type FormField = {
  name: string;
  type: FieldType;
  label: LocalizedText;
  hint?: LocalizedText;
  guidance?: LocalizedText;
  media?: Media;
  required?: boolean | string;
  required_message?: LocalizedText;
  constraint_message?: LocalizedText;
  default?: unknown;
  read_only?: boolean;
  choices?: string;
  appearance?: string;
  minimum?: number | string;
  maximum?: number | string;
  min_length?: number;
  max_length?: number;
  min_choices?: number;
  max_choices?: number;
  sensitive?: boolean;
  maps_to?: string | null;
  identity?: "aadhaar" | "passport" | "other" | null;
  consent_text_version?: string;
  retain_days?: number;
  purpose?: string;
  fields?: FormField[];
  min_items?: number;
  max_items?: number;
  count?: string;
  rows?: string;
  multiple?: boolean;
  step?: number;
  currencies?: string[];
  accept?: string[];
  max_bytes?: number;
  trigger?: string;
};

/** The answer to a question that a file answers. */
export type FileValue = { upload: string; name: string; media_type: string; size: number };

export function isFileValue(value: unknown): value is FileValue {
  return typeof value === "object" && value !== null && "upload" in value && "name" in value;
}

export type FormSection = {
  name: string;
  title?: LocalizedText;
  description?: LocalizedText;
  fields: FormField[];
};

export type FormPage = {
  name: string;
  title?: LocalizedText;
  description?: LocalizedText;
  sections: FormSection[];
};

export type FormChoice = { value: string; label: LocalizedText; media?: Media };

export type FormDocument = {
  schema: string;
  name: string;
  title: LocalizedText;
  default_locale: string;
  locales: string[];
  choice_lists: Record<string, FormChoice[]>;
  pages: FormPage[];
};

type Loose<Part extends object, Key extends keyof Part> = Omit<Part, Key> &
  Partial<Pick<Part, Key>>;

/** The served document leaves out what is empty; the screen wants it there. */
export type ServedDocument = Loose<Omit<FormDocument, "pages">, "choice_lists"> & {
  pages: (Omit<FormPage, "sections"> & {
    sections?: (Omit<FormSection, "fields"> & { fields?: ServedField[] })[];
  })[];
};

type ServedField = Omit<FormField, "label" | "fields"> & {
  label?: LocalizedText;
  fields?: ServedField[];
};

function readField(field: ServedField): FormField {
  return { ...field, label: field.label ?? {}, fields: (field.fields ?? []).map(readField) };
}

export function readDocument(served: ServedDocument): FormDocument {
  return {
    ...served,
    choice_lists: served.choice_lists ?? {},
    pages: served.pages.map((page) => ({
      ...page,
      sections: (page.sections ?? []).map((section) => ({
        ...section,
        fields: (section.fields ?? []).map(readField),
      })),
    })),
  };
}

export type Answers = Record<string, unknown>;

/** What the server shows of a sealed answer; sent back as it is, it keeps what is stored. */
export type Masked = { masked: string };

export function isMasked(value: unknown): value is Masked {
  return (
    typeof value === "object" && value !== null && typeof (value as Masked).masked === "string"
  );
}

export function isEmpty(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    value === "" ||
    (Array.isArray(value) && value.length === 0)
  );
}

/** As the server masks: the last four characters, and none of an answer shorter than eight. */
export function maskedText(value: string): string {
  return `••••${value.length >= 8 ? value.slice(-4) : ""}`;
}

/** Fields in reading order with groups opened up; repeats stay whole, for their fields live one level deeper. */
export function answerFields(fields: readonly FormField[]): FormField[] {
  return fields.flatMap((field) =>
    field.type === "group" ? answerFields(field.fields ?? []) : [field],
  );
}

export function fieldsOfPage(page: FormPage): FormField[] {
  return page.sections.flatMap((section) => answerFields(section.fields));
}

export function fieldsOfDocument(document: FormDocument): FormField[] {
  return document.pages.flatMap(fieldsOfPage);
}

export function holdsSensitive(field: FormField): boolean {
  return Boolean(field.sensitive) || (field.fields ?? []).some(holdsSensitive);
}

export function pointerOf(path: readonly (string | number)[]): string {
  return path
    .map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}

export function pathOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

export function valueAt(answers: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null ? (value as Answers)[part] : undefined,
    answers,
  );
}

/** A copy of `value` with `next` at `path`; arrays stay arrays. */
export function withValueAt(
  value: unknown,
  path: readonly (string | number)[],
  next: unknown,
): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return next;
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      index === Number(head) ? withValueAt(item, rest, next) : item,
    );
  }
  const record = (typeof value === "object" && value !== null ? value : {}) as Answers;
  return { ...record, [head]: withValueAt(record[head], rest, next) };
}
