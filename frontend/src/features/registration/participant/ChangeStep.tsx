import { useEffect, useMemo } from "react";
import type { ProblemError } from "@/lib/api/problem";
import { type Answers, answerFields, withValueAt } from "@/lib/document";
import { useMessages } from "@/lib/i18n/i18n";
import type { Clock, FormProgram } from "@/lib/screen";
import { FormContext } from "../form/context";
import { ErrorSummary } from "../form/ErrorSummary";
import { FieldList } from "../form/FieldView";
import { usePageErrors } from "../form/usePageErrors";
import { usePageText } from "../form/usePageText";
import { openFields } from "./changes";
import { useTexts } from "./texts";
import "../form/form.css";

/** Looks at the step's answers, points out what is wrong, and tells whether they can be sent. */
export type Checked = () => boolean;

type ChangeStepProps = {
  registration: string;
  step: string;
  title: string;
  program: FormProgram;
  clock: Clock;
  values: Answers;
  /** The change has made this step apply: nobody has answered it yet. */
  isNew: boolean;
  isOpen: (field: string) => boolean;
  refused: readonly ProblemError[];
  onChange: (values: Answers) => void;
  register: (check: Checked) => void;
};

export function ChangeStep(props: ChangeStepProps) {
  const {
    registration,
    step,
    title,
    program,
    clock,
    values,
    isNew,
    isOpen,
    refused,
    onChange,
    register,
  } = props;
  const texts = useTexts();
  const screen = useMemo(() => program.screen(values), [program, values]);
  const { text, shown } = usePageText(program.document, screen.answers);
  const t = useMessages();
  const fields = program.document.pages
    .filter((page) => screen.page(page.name))
    .flatMap((page) => page.sections)
    .filter((section) => screen.section(section.name))
    .flatMap((section) => openFields(section.fields, isNew ? () => true : isOpen));
  const errors = usePageErrors(
    program,
    values,
    answerFields(fields),
    { errors: refused, isFinal: refused.length > 0 },
    text,
  );
  useEffect(() => {
    register(() => errors.tryPage().pageIsFine);
  });
  if (fields.length === 0) return null;
  return (
    <FormContext.Provider
      value={{
        document: program.document,
        screen,
        values,
        clock,
        change: (path, value) => onChange(withValueAt(values, path, value) as Answers),
        leave: errors.leave,
        errorAt: errors.errorAt,
        errorsUnder: errors.errorsUnder,
        text,
        shown,
        registration,
        step,
        guidanceTitle: t.fields.guidance,
      }}
    >
      <section className="form-section" aria-label={title}>
        {isNew && <p className="soft">{texts.newStep}</p>}
        <h2>{title}</h2>
        <ErrorSummary entries={errors.entries} attempt={errors.attempt} />
        <FieldList fields={fields} base={[]} />
      </section>
    </FormContext.Provider>
  );
}
