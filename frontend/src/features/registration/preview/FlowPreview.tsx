import { useMemo, useState } from "react";
import { Button } from "@/components/ui/Button";
import type { Flow } from "@/lib/api/types";
import { type Answers, fieldsOfPage, withValueAt } from "@/lib/document";
import { useMessages, useText } from "@/lib/i18n/i18n";
import { type FormProgram, programOf } from "@/lib/screen";
import { FormContext } from "../form/context";
import { ErrorSummary } from "../form/ErrorSummary";
import { FieldList } from "../form/FieldView";
import { usePageErrors } from "../form/usePageErrors";
import { usePageText } from "../form/usePageText";
import { useTexts } from "../texts";
import "../form/form.css";

const NOTHING_REFUSED = { errors: [], isFinal: false };

/** The steps of a flow to walk through: forms work as they will, and what is typed stays in this page. */
export function FlowPreview({ flow }: { flow: Flow }) {
  const text = useText();
  const texts = useTexts();
  const clock = useMemo(
    () => ({ now: new Date().toISOString(), timezone: flow.event.timezone }),
    [flow],
  );
  const programs = useMemo(
    () =>
      flow.flow.steps.map((step) => {
        const form = step.form_version ? flow.forms[step.form_version] : undefined;
        return { step, program: form ? programOf(form, clock) : null };
      }),
    [flow, clock],
  );
  return (
    <ol className="stack" style={{ listStyle: "none", padding: 0 }}>
      {programs.map(({ step, program }) => (
        <li key={step.name} className="card stack-s">
          <h2>{text(step.title)}</h2>
          {step.condition_source && (
            <p className="soft small">
              {texts.previewCondition} <code>{step.condition_source}</code>
            </p>
          )}
          {program ? (
            <FormPreview program={program} step={step.name} clock={clock} />
          ) : (
            <p className="soft">{texts.previewStep}</p>
          )}
        </li>
      ))}
    </ol>
  );
}

type FormPreviewProps = {
  program: FormProgram;
  step: string;
  clock: { now: string; timezone: string };
};

function FormPreview({ program, step, clock }: FormPreviewProps) {
  const t = useMessages();
  const [values, setValues] = useState<Answers>(() => program.opening());
  const [at, setAt] = useState(0);
  const screen = useMemo(() => program.screen(values), [program, values]);
  const pages = program.document.pages.filter((page) => screen.page(page.name));
  const page = pages[Math.min(at, pages.length - 1)];
  const { text, shown } = usePageText(program.document, screen.answers);
  const fields = useMemo(() => (page ? fieldsOfPage(page) : []), [page]);
  const errors = usePageErrors(program, values, fields, NOTHING_REFUSED, text);
  if (!page) return null;
  return (
    <FormContext.Provider
      value={{
        document: program.document,
        screen,
        values,
        clock,
        change: (path, value) => setValues((now) => withValueAt(now, path, value) as Answers),
        leave: errors.leave,
        errorAt: errors.errorAt,
        registration: "",
        step,
        text,
        shown,
        guidanceTitle: t.fields.guidance,
      }}
    >
      {pages.length > 1 && (
        <p className="eyebrow-soft">{t.wizard.pageOf(pages.indexOf(page) + 1, pages.length)}</p>
      )}
      <ErrorSummary entries={errors.entries} attempt={errors.attempt} />
      <form
        className="form-page"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (errors.tryPage().pageIsFine) setAt(Math.min(at + 1, pages.length - 1));
        }}
      >
        {page.sections
          .filter((section) => screen.section(section.name))
          .map((section) => (
            <section key={section.name} className="form-section">
              {section.title && <h3>{shown(section.title)}</h3>}
              <FieldList fields={section.fields} base={[]} />
            </section>
          ))}
        <div className="row">
          {at > 0 && <Button onPress={() => setAt(at - 1)}>{t.common.back}</Button>}
          <Button type="submit" variant="primary">
            {t.common.next}
          </Button>
        </div>
      </form>
    </FormContext.Provider>
  );
}
