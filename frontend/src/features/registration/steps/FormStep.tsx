import { useEffect, useMemo, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { PageHeading } from "@/components/ui/PageHeading";
import { type FormPage, fieldsOfPage, pathOf } from "@/lib/document";
import { useMessages } from "@/lib/i18n/i18n";
import { refusalOf } from "../draft/snapshot";
import { ErrorSummary } from "../form/ErrorSummary";
import { FieldList } from "../form/FieldView";
import { FormProvider } from "../form/FormProvider";
import { Untranslated } from "../form/Untranslated";
import { usePageErrors } from "../form/usePageErrors";
import { usePageText } from "../form/usePageText";
import type { Wizard } from "../useWizard";
import { StepActions } from "./StepActions";
import { useFinishStep } from "./useFinishStep";
import "../form/form.css";

/** A step that is a form: one visible page of it at a time. */
export function FormStep({ wizard, stepName }: { wizard: Wizard; stepName: string }) {
  const t = useMessages();
  const navigate = useNavigate();
  const { page: wantedPage } = useParams();
  const { draft, snapshot } = wizard;
  const program = wizard.programs[stepName];
  if (!program) throw new Error(`The flow has no form for the step ${stepName}`);
  const values = wizard.values[stepName] ?? {};
  const screen = useMemo(() => program.screen(values), [program, values]);
  const pages = program.document.pages.filter((page) => screen.page(page.name));
  const found = pages.findIndex((page) => page.name === wantedPage);
  const index = Math.max(0, found);
  const page = pages[index];
  const { text, shown } = usePageText(program.document, screen.answers);
  const refused = refusalOf(snapshot, stepName, wizard.steps);
  const pageFields = useMemo(() => (page ? fieldsOfPage(page) : []), [page]);
  const errors = usePageErrors(
    program,
    values,
    pageFields,
    { errors: refused, isFinal: snapshot.refused?.isFinal ?? false },
    text,
  );
  const finish = useFinishStep(wizard, stepName);
  const [refusedAt, setRefusedAt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what the server has refused is shown once, when it arrives
  useEffect(() => {
    if (refusedAt > 0) errors.showSummary();
  }, [refusedAt]);

  // A step that was never saved begins with the form's defaults.
  const isUntouched =
    snapshot.registration.steps[stepName]?.status === "open" && Object.keys(values).length === 0;
  useEffect(() => {
    if (!isUntouched) return;
    for (const [name, value] of Object.entries(program.opening()))
      draft.edit(stepName, name, value);
  }, [isUntouched, program, draft, stepName]);

  if (!page) return null;

  const goTo = (name: string) => {
    draft.flush();
    draft.settle();
    navigate(wizard.pathTo(stepName, name));
  };

  const proceed = async () => {
    const { pageIsFine, firstElsewhere } = errors.tryPage();
    if (!pageIsFine) return;
    const next = pages[index + 1];
    if (next) return goTo(next.name);
    if (firstElsewhere) {
      const home = pages.find((one) =>
        fieldsOfPage(one).some(({ name }) => name === pathOf(firstElsewhere.pointer)[0]),
      );
      if (home) return goTo(home.name);
    }
    if ((await finish.run()) === "refused") setRefusedAt((count) => count + 1);
  };

  const previous = pages[index - 1];
  const title = text(page.title) || text(program.document.title) || wizard.titleOf(stepName);

  return (
    <FormProvider
      form={{
        document: program.document,
        screen,
        values,
        clock: snapshot.registration.clock,
        change: (path, value) => wizard.change(stepName, path, value),
        leave: errors.leave,
        errorAt: errors.errorAt,
        errorsUnder: errors.errorsUnder,
        registration: snapshot.registration.uid,
        step: stepName,
        text,
        shown,
        guidanceTitle: t.fields.guidance,
      }}
    >
      <div className="stack-s">
        {pages.length > 1 && (
          <p className="eyebrow-soft">{t.wizard.pageOf(index + 1, pages.length)}</p>
        )}
        <PageHeading title={title} focusKey={`${stepName}/${page.name}`} />
        {page.description && <p className="lead">{shown(page.description)}</p>}
        <Untranslated document={program.document} />
      </div>
      <ErrorSummary entries={errors.entries} attempt={errors.attempt} />
      <form
        className="form-page"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          proceed();
        }}
      >
        <Sections page={page} screen={screen} shown={shown} />
        <StepActions
          wizard={wizard}
          stepName={stepName}
          finish={finish}
          onBack={previous ? () => goTo(previous.name) : undefined}
          isLastPage={index === pages.length - 1}
        />
      </form>
    </FormProvider>
  );
}

type SectionsProps = {
  page: FormPage;
  screen: ReturnType<Wizard["programs"][string]["screen"]>;
  shown: ReturnType<typeof usePageText>["shown"];
};

function Sections({ page, screen, shown }: SectionsProps) {
  return (
    <>
      {page.sections
        .filter((section) => screen.section(section.name))
        .map((section) => (
          <section key={section.name} className="form-section">
            {section.title && <h2>{shown(section.title)}</h2>}
            {section.description && <p className="soft">{shown(section.description)}</p>}
            <FieldList fields={section.fields} base={[]} />
          </section>
        ))}
    </>
  );
}
