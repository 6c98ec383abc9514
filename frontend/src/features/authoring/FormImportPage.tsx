import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Alert } from "@/components/ui/Feedback";
import { PageHeading } from "@/components/ui/PageHeading";
import { ProblemAlert } from "@/components/ui/Problem";
import { SelectField } from "@/components/ui/SelectField";
import type { ImportReport, Me } from "@/lib/api/types";
import { useText } from "@/lib/i18n/i18n";
import { importForm, publishForm, sheetProblems } from "./api";
import { ProblemTable } from "./ProblemTable";
import "./authoring.css";
import { useTexts } from "./texts";

/** What came of a workbook: a form, or none and the reasons. */
type Outcome = Pick<ImportReport, "problems"> & { form: ImportReport["form"] | null };

/** An organiser brings a workbook, reads every problem at once, and publishes when there is none. */
export function FormImportPage({ me }: { me: Me }) {
  const texts = useTexts();
  const organizations = [
    ...new Map(me.grants.map(({ organization }) => [organization.uid, organization])).values(),
  ];
  const [organization, setOrganization] = useState(organizations[0]?.uid ?? "");
  const [file, setFile] = useState<File | null>(null);
  const [report, setReport] = useState<Outcome | null>(null);
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  const check = async () => {
    if (!file) return;
    setPending(true);
    setProblem(null);
    setReport(null);
    try {
      setReport(await importForm(file, organization));
    } catch (error) {
      const problems = sheetProblems(error);
      if (problems) setReport({ form: null, problems });
      else setProblem(error);
    } finally {
      setPending(false);
    }
  };

  return (
    <div className="page stack">
      <div className="stack-s">
        <PageHeading title={texts.title} />
        <p className="lead">{texts.lead}</p>
      </div>
      <form
        className="stack import-form"
        onSubmit={(event) => {
          event.preventDefault();
          check();
        }}
      >
        {organizations.length > 1 && (
          <SelectField
            label={texts.organization}
            value={organization}
            options={organizations.map(({ uid, name }) => ({ value: uid, label: name }))}
            onChange={setOrganization}
          />
        )}
        <label className="drop">
          <span className="field-label">{texts.choose}</span>
          <input
            type="file"
            accept=".xlsx,.xls,.csv"
            onChange={(event) => {
              setFile(event.target.files?.[0] ?? null);
              setReport(null);
            }}
          />
        </label>
        <div>
          <Button type="submit" variant="primary" isDisabled={!file} isPending={isPending}>
            {isPending ? texts.checking : texts.check}
          </Button>
        </div>
      </form>
      {problem !== null && <ProblemAlert error={problem} onRetry={check} />}
      {report && <Report key={file?.name} report={report} />}
    </div>
  );
}

function Report({ report }: { report: Outcome }) {
  const texts = useTexts();
  const text = useText();
  const [state, setState] = useState<"idle" | "pending" | "published">("idle");
  const [problem, setProblem] = useState<unknown>(null);
  const { form, problems } = report;

  const publish = async (uid: string) => {
    setState("pending");
    setProblem(null);
    try {
      await publishForm(uid);
      setState("published");
    } catch (error) {
      setProblem(error);
      setState("idle");
    }
  };

  return (
    <section className="stack" aria-live="polite">
      {form && (
        <Alert
          tone="good"
          title={texts.cleanTitle}
          actions={
            state !== "published" && (
              <Button
                variant="primary"
                onPress={() => publish(form.uid)}
                isPending={state === "pending"}
              >
                {state === "pending" ? texts.publishing : texts.publish}
              </Button>
            )
          }
        >
          <p>{state === "published" ? texts.published : texts.cleanDetail(text(form.title))}</p>
        </Alert>
      )}
      {problem !== null && <ProblemAlert error={problem} />}
      {problems.length > 0 && <ProblemTable problems={problems} />}
    </section>
  );
}
