// A link may bring the answers of hidden fields, `?prefill.source=newsletter`: where somebody came from, which list invited them.
// Fields that are shown are the participant's own to fill in.
import { type Answers, type FormDocument, fieldsOfDocument } from "@/lib/document";

const PREFIX = "prefill.";

/** The part of an address's query that fills in fields, to be carried on to the next page. */
export function prefillOf(search: string): string {
  const given = [...new URLSearchParams(search)].filter(([name]) => name.startsWith(PREFIX));
  return given.length > 0 ? `?${new URLSearchParams(given)}` : "";
}

/** The hidden fields of a form that the address answers and nothing has answered yet. */
export function prefilled(document: FormDocument, known: Answers, search: string): Answers {
  const given = new URLSearchParams(search);
  const found: Answers = {};
  for (const { name, type } of fieldsOfDocument(document)) {
    const value = given.get(PREFIX + name);
    if (type === "hidden" && value && known[name] === undefined) found[name] = value;
  }
  return found;
}
