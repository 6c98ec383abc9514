import type { ReactNode } from "react";
import {
  type Answers,
  type FileValue,
  type FormField,
  isEmpty,
  isFileValue,
  isMasked,
  pointerOf,
  valueAt,
} from "@/lib/document";
import { useI18n } from "@/lib/i18n/i18n";
import { textOf } from "@/lib/i18n/text";
import type { FormProgram, FormScreen } from "@/lib/screen";
import { type AnswerFormat, formatAnswer } from "./formatAnswer";
import "./answers.css";

export type MaskedAnswer = {
  pointer: string;
  label: string;
  masked: string;
  /** The answer in full, as a person would say it. */
  format: (value: unknown) => string;
};

type AnswerListProps = {
  program: FormProgram;
  answers: Answers;
  timezone: string;
  /** What stands in place of a masked answer. */
  renderMasked?: ((answer: MaskedAnswer) => ReactNode) | undefined;
  /** What stands in place of a file's name. */
  renderFile?: ((file: FileValue) => ReactNode) | undefined;
};

/** The answers of a form as a list of question and answer; what the form hides is not shown. */
export function AnswerList(props: AnswerListProps) {
  const { program, answers, timezone, renderMasked, renderFile } = props;
  const { locale, messages: t } = useI18n();
  const screen = program.screen(answers);
  const document = program.document;
  const format: AnswerFormat = {
    locale,
    t,
    document,
    timezone,
    text: (text) =>
      textOf(text, locale, document.default_locale).replace(
        /\$\{\s*([\w-]+)\s*\}/g,
        (_match, name: string) => {
          const value = screen.answers[name];
          return isEmpty(value) || typeof value === "object" ? "" : String(value);
        },
      ),
  };
  const fields = document.pages
    .filter((page) => screen.page(page.name))
    .flatMap((page) => page.sections.filter((section) => screen.section(section.name)))
    .flatMap((section) => section.fields);
  return (
    <dl className="answers">
      <AnswerRows
        fields={fields}
        base={[]}
        {...{ answers, screen, format, renderMasked, renderFile }}
      />
    </dl>
  );
}

type RowsProps = {
  fields: readonly FormField[];
  base: readonly (string | number)[];
  answers: Answers;
  screen: FormScreen;
  format: AnswerFormat;
  renderMasked: AnswerListProps["renderMasked"];
  renderFile: AnswerListProps["renderFile"];
};

function AnswerRows(props: RowsProps) {
  const { fields, base, answers, screen, format, renderMasked, renderFile } = props;
  return (
    <>
      {fields.map((field) => {
        const path = [...base, field.name];
        const state = screen.field(pointerOf(path));
        if (!state.visible || field.type === "note") return null;
        if (field.type === "group") {
          return <AnswerRows key={field.name} {...props} fields={field.fields ?? []} />;
        }
        const value = field.type === "calculated" ? state.calculated : valueAt(answers, path);
        if (field.type === "hidden" && isEmpty(value)) return null;
        const label = format.text(field.label);
        if (field.type === "calculated" && !label) return null;
        if (field.type === "repeat") {
          const items = Array.isArray(value) ? value : [];
          return (
            <div key={field.name} className="answers-repeat">
              <dt>{label}</dt>
              {items.length === 0 && <dd className="soft">{format.t.common.none}</dd>}
              {items.map((_item, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: an item's place is its identity
                <dd key={index}>
                  <dl className="answers">
                    <AnswerRows {...props} fields={field.fields ?? []} base={[...path, index]} />
                  </dl>
                </dd>
              ))}
            </div>
          );
        }
        const shown = formatAnswer(field, value, format);
        return (
          <div key={field.name}>
            <dt>{label}</dt>
            <dd className={shown ? undefined : "soft"}>
              {isFileValue(value) && renderFile
                ? renderFile(value)
                : isMasked(value) && renderMasked
                  ? renderMasked({
                      pointer: pointerOf(path),
                      label,
                      masked: value.masked,
                      format: (full) => formatAnswer(field, full, format),
                    })
                  : (shown && <bdi>{shown}</bdi>) || format.t.common.none}
            </dd>
          </div>
        );
      })}
    </>
  );
}
