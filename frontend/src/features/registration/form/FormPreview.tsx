import { useEffect, useMemo, useState } from "react";
import { Button } from "@/components/ui/Button";
import { Skeleton } from "@/components/ui/Feedback";
import { type Answers, type FormPage, fieldsOfPage, withValueAt } from "@/lib/document";
import { useI18n } from "@/lib/i18n/i18n";
import { type FormProgram, prepareForms, programOf } from "@/lib/screen";
import { FormContext, type FormContextValue } from "./context";
import { FieldList } from "./FieldView";
import { Untranslated } from "./Untranslated";
import { usePageErrors } from "./usePageErrors";
import { usePageText } from "./usePageText";
import "./form.css";

export type PreviewTexts = {
  pages: string;
  isHidden: string;
  checkPage: string;
  pageIsFine: string;
};

type Form = { source: unknown; compiled: unknown };

const NOTHING_REFUSED = { errors: [], isFinal: false };

/** A form as those who register will see it: its pages, its conditions at work, and nothing kept. */
export function FormPreview({ form, texts }: { form: Form; texts: PreviewTexts }) {
  const { messages: t } = useI18n();
  const [program, setProgram] = useState<FormProgram | null>(null);
  useEffect(() => {
    let isCurrent = true;
    setProgram(null);
    prepareForms({ form }).then(() => {
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
      const clock = { now: new Date().toISOString(), timezone: timeZone };
      if (isCurrent) setProgram(programOf(form, clock));
    });
    return () => {
      isCurrent = false;
    };
  }, [form]);
  if (!program) return <Skeleton label={t.common.loading} lines={6} />;
  return <Filled program={program} texts={texts} />;
}

function Filled({ program, texts }: { program: FormProgram; texts: PreviewTexts }) {
  const { messages: t } = useI18n();
  const [values, setValues] = useState<Answers>(() => program.opening() as Answers);
  const [wanted, setWanted] = useState("");
  const [checkedPage, setCheckedPage] = useState("");
  const screen = useMemo(() => program.screen(values), [program, values]);
  const { text, shown } = usePageText(program.document, screen.answers);
  const pages = program.document.pages;
  const visible = pages.filter(({ name }) => screen.page(name));
  const page = visible.find(({ name }) => name === wanted) ?? visible[0];
  const pageFields = useMemo(() => (page ? fieldsOfPage(page) : []), [page]);
  const errors = usePageErrors(program, values, pageFields, NOTHING_REFUSED, text);
  if (!page) return <p className="soft">{texts.isHidden}</p>;
  const at = visible.indexOf(page);
  const [before, after] = [visible[at - 1], visible[at + 1]];

  const goTo = (name: string) => {
    setWanted(name);
    setCheckedPage("");
  };
  const context: FormContextValue = {
    document: program.document,
    screen,
    values,
    clock: { now: new Date().toISOString(), timezone: "UTC" },
    change: (path, value) => setValues((known) => withValueAt(known, path, value) as Answers),
    leave: errors.leave,
    errorAt: errors.errorAt,
    errorsUnder: errors.errorsUnder,
    registration: "",
    step: "",
    text,
    shown,
    guidanceTitle: t.fields.guidance,
  };
  return (
    <FormContext.Provider value={context}>
      {pages.length > 1 && (
        <PageTabs
          pages={pages}
          current={page.name}
          isShown={screen.page}
          titleOf={(one) => text(one.title) || one.name}
          texts={texts}
          onChoose={goTo}
        />
      )}
      <form
        className="form-page"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setCheckedPage(errors.tryPage().pageIsFine ? page.name : "");
        }}
      >
        <div className="stack-s">
          <h3>{shown(page.title) || shown(program.document.title)}</h3>
          {page.description && <p className="lead">{shown(page.description)}</p>}
          <Untranslated document={program.document} />
        </div>
        <Sections page={page} context={context} />
        <p role="status" className="small soft">
          {checkedPage === page.name && texts.pageIsFine}
        </p>
        <div className="step-actions">
          <Button isDisabled={!before} onPress={() => before && goTo(before.name)}>
            {t.common.back}
          </Button>
          <Button type="submit">{texts.checkPage}</Button>
          <Button isDisabled={!after} onPress={() => after && goTo(after.name)}>
            {t.common.next}
          </Button>
        </div>
      </form>
    </FormContext.Provider>
  );
}

type TabsProps = {
  pages: readonly FormPage[];
  current: string;
  isShown: (name: string) => boolean;
  titleOf: (page: FormPage) => string;
  texts: PreviewTexts;
  onChoose: (name: string) => void;
};

function PageTabs({ pages, current, isShown, titleOf, texts, onChoose }: TabsProps) {
  return (
    <nav aria-label={texts.pages}>
      <ol className="preview-pages">
        {pages.map((page) => (
          <li key={page.name}>
            {isShown(page.name) ? (
              <button
                type="button"
                aria-current={page.name === current ? "page" : undefined}
                onClick={() => onChoose(page.name)}
              >
                {titleOf(page)}
              </button>
            ) : (
              <span className="soft">
                {titleOf(page)} – {texts.isHidden}
              </span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Sections({ page, context }: { page: FormPage; context: FormContextValue }) {
  return (
    <>
      {page.sections
        .filter((section) => context.screen.section(section.name))
        .map((section) => (
          <section key={section.name} className="form-section">
            {section.title && <h4>{context.shown(section.title)}</h4>}
            {section.description && <p className="soft">{context.shown(section.description)}</p>}
            <FieldList fields={section.fields} base={[]} />
          </section>
        ))}
    </>
  );
}
