import { useCallback, useMemo, useState } from "react";
import type { ProblemError } from "@/lib/api/problem";
import {
  type Answers,
  answerFields,
  type FormField,
  fieldsOfDocument,
  isMasked,
  pathOf,
  valueAt,
} from "@/lib/document";
import { useI18n } from "@/lib/i18n/i18n";
import type { AnswerError, FormProgram } from "@/lib/screen";
import type { FormContextValue } from "./context";
import type { SummaryEntry } from "./ErrorSummary";
import { errorText } from "./errorText";

/** The field a pointer names, whatever the server puts before it (`/answers/email`, `/steps/about_you/answers/email`). */
export function locate(
  pointer: string,
  top: readonly FormField[],
): { pointer: string; field: FormField } | null {
  const path = pathOf(pointer.replace(/^(\/steps\/[^/]+)?\/answers(?=\/)/, ""));
  const names = new Set(top.map(({ name }) => name));
  const start = path.findIndex((part) => names.has(part));
  let field = top.find(({ name }) => name === path[start]);
  if (!field) return null;
  for (const part of path.slice(start + 1)) {
    const inner: FormField | undefined = answerFields(field.fields ?? []).find(
      ({ name }) => name === part,
    );
    if (inner) field = inner;
  }
  return { pointer: `/${path.slice(start).join("/")}`, field };
}

type Located = { pointer: string; field: FormField; message: string };

/**
 * Which errors a page shows: after "Continue" was pressed all of it, before that only malformed answers of fields already
 * left, and always what the server has refused.
 */
export function usePageErrors(
  program: FormProgram,
  values: Answers,
  pageFields: readonly FormField[],
  refusal: { errors: readonly ProblemError[]; isFinal: boolean },
  text: FormContextValue["text"],
) {
  const { locale, messages: t } = useI18n();
  const { errors: refused, isFinal } = refusal;
  const [attempts, setAttempts] = useState<Record<string, number>>({});
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const pageKey = pageFields.map(({ name }) => name).join(" ");
  const attempt = attempts[pageKey] ?? 0;
  const top = useMemo(() => fieldsOfDocument(program.document), [program]);

  const located = useCallback(
    (errors: readonly AnswerError[]): Located[] =>
      errors.flatMap((error) => {
        const found = locate(error.pointer, top);
        // What a mask hides the server has checked; here it only looks wrong.
        if (!found || isMasked(valueAt(values, pathOf(found.pointer)))) return [];
        return [{ ...found, message: errorText(error, found.field, t, text, locale) }];
      }),
    [top, values, t, text, locale],
  );

  const onPage = useCallback(
    ({ pointer }: { pointer: string }) =>
      pageFields.some(({ name }) => name === pathOf(pointer)[0]),
    [pageFields],
  );

  // Checking all of a long form at every letter would be felt: what shows nothing is not worked out.
  const own = useMemo(() => {
    if (attempt > 0) return located(program.errors(values, false));
    if (left.size === 0) return [];
    return located(program.errors(values, true)).filter(({ pointer }) => left.has(pointer));
  }, [attempt, located, program, values, left]);
  const shown = useMemo(() => {
    const isShown = ({ pointer }: { pointer: string }) =>
      isFinal || attempt > 0 || left.has(pointer);
    const server = located(
      refused.map(({ pointer, code, message }) => ({ pointer, code, message })),
    ).filter(isShown);
    return new Map([...server, ...own].filter(onPage).map((error) => [error.pointer, error]));
  }, [attempt, located, own, left, refused, isFinal, onPage]);

  const under = useMemo(() => {
    const found = new Map<string, string>();
    for (const { pointer, message } of shown.values()) {
      const parts = pointer.split("/");
      for (let depth = 2; depth <= parts.length; depth++) {
        const above = parts.slice(0, depth).join("/");
        found.set(above, `${found.get(above) ?? ""}${pointer} ${message}\n`);
      }
    }
    return found;
  }, [shown]);

  const entries: SummaryEntry[] = [...shown.values()].map(({ pointer, field, message }) => ({
    pointer,
    label: text(field.label),
    message,
  }));
  const homeless = isFinal ? refused.filter(({ pointer }) => !locate(pointer, top)) : [];
  for (const { pointer, message } of homeless) entries.push({ pointer, label: "", message });

  return {
    attempt,
    entries: attempt > 0 || isFinal ? entries : [],
    errorAt: (pointer: string) => shown.get(pointer)?.message ?? null,
    errorsUnder: (pointer: string) => under.get(pointer) ?? "",
    leave: (pointer: string) =>
      setLeft((known) => (known.has(pointer) ? known : new Set(known).add(pointer))),
    /** Counts an attempt to go on; answers whether the page, and the whole form, may. */
    tryPage: () => {
      setAttempts((known) => ({ ...known, [pageKey]: attempt + 1 }));
      const complete = located(program.errors(values, false));
      return {
        pageIsFine: !complete.some(onPage),
        firstElsewhere: complete.find((error) => !onPage(error)) ?? null,
      };
    },
    showSummary: () => setAttempts((known) => ({ ...known, [pageKey]: attempt + 1 })),
  };
}
