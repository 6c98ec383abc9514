// The form document and its compiled form, as the API hands them out.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Answers = { [name: string]: Json };
export type Text = { [locale: string]: string };

export type FieldType =
  | "text"
  | "multiline"
  | "integer"
  | "decimal"
  | "boolean"
  | "single_choice"
  | "multiple_choice"
  | "date"
  | "time"
  | "datetime"
  | "email"
  | "phone"
  | "country"
  | "identity_number"
  | "consent"
  | "money"
  | "ranking"
  | "rating"
  | "likert"
  | "matrix"
  | "url"
  | "language"
  | "currency"
  | "address"
  | "person_name"
  | "file"
  | "image"
  | "audio"
  | "video"
  | "barcode"
  | "signature"
  | "location"
  | "acknowledge"
  | "hidden"
  | "calculated"
  | "note"
  | "group"
  | "repeat";

/** Addresses of pictures, sound and films beside a label, by kind and locale. */
export type Media = { image?: Text; audio?: Text; video?: Text };

export type Choice = {
  value: string;
  label: Text;
  relevant?: string;
  media?: Media;
  columns?: { [name: string]: string };
};

export type Field = {
  name: string;
  type: FieldType;
  label?: Text;
  hint?: Text;
  guidance?: Text;
  media?: Media;
  required?: boolean | string;
  required_message?: Text;
  relevant?: string;
  constraint?: string;
  constraint_message?: Text;
  calculation?: string;
  default?: Json;
  read_only?: boolean;
  choices?: string;
  choice_filter?: string;
  appearance?: string;
  minimum?: number | string;
  maximum?: number | string;
  min_length?: number;
  max_length?: number;
  pattern?: string;
  min_choices?: number;
  max_choices?: number;
  sensitive?: boolean;
  shared_with_back_office?: boolean;
  maps_to?: string;
  identity?: "aadhaar" | "passport" | "other";
  consent_text_version?: string;
  retain_days?: number;
  purpose?: string;
  fields?: Field[];
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

export type Section = {
  name: string;
  title?: Text;
  description?: Text;
  relevant?: string;
  fields?: Field[];
};

export type Page = {
  name: string;
  title?: Text;
  description?: Text;
  relevant?: string;
  sections?: Section[];
};

export type FormDocument = {
  schema: "prs-form/1";
  name: string;
  title: Text;
  default_locale: string;
  locales: string[];
  choice_lists?: { [name: string]: Choice[] };
  pages: Page[];
};

/** Operation, indices whose meaning the operation defines, and a literal. */
export type Node = readonly [string, readonly number[], (string | number | null)?];

export type CompiledItem = {
  kind: "page" | "section" | "group" | "repeat" | "field";
  name: string;
  type?: FieldType | null;
  parent?: number;
  scope?: number;
  relevant?: number;
  required?: number;
  constraint?: number;
  calculation?: number;
  count?: number;
  opening?: number;
  trigger?: number;
  choice_filter?: number;
  choice_conditions?: number[];
  choices?: string | null;
  value_type?: string | null;
  required_message?: Text | null;
  constraint_message?: Text | null;
  read_only?: boolean;
  default?: Json;
  minimum?: number | string | null;
  maximum?: number | string | null;
  min_length?: number | null;
  max_length?: number | null;
  pattern?: string | null;
  min_choices?: number | null;
  max_choices?: number | null;
  min_items?: number | null;
  max_items?: number | null;
  rows?: string | null;
  row_conditions?: number[];
  multiple?: boolean;
  step?: number | null;
  currencies?: string[];
  accept?: string[];
  max_bytes?: number | null;
  identity?: "aadhaar" | "passport" | "other" | null;
  sensitive?: boolean;
  shared_with_back_office?: boolean;
  maps_to?: string | null;
  consent_text_version?: string | null;
  retain_days?: number | null;
  purpose?: string | null;
};

export type CompiledChoice = { value: string; label: string; columns?: { [name: string]: string } };

export type CompiledForm = {
  compiler_version: number;
  source_hash: string;
  name: string;
  default_locale: string;
  items: CompiledItem[];
  nodes: Node[];
  order: number[];
  lists: { [name: string]: CompiledChoice[] };
};

export type CompiledExpression = {
  compiler_version: number;
  root: number;
  nodes: Node[];
  names: string[];
};

/** `now` is RFC 3339; `timezone` an IANA name. Comes with the draft, never from the device. */
export type Clock = { now: string; timezone: string };

export type FieldError = { pointer: string; code: string; message: Text | string };

export const NONE = -1;

export function isObject(value: unknown): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `name` as one reference token of a JSON pointer (RFC 6901). */
export function pointerToken(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
