import { type ReactNode, useRef, useState } from "react";
import { Button } from "@/components/ui/Button";
import { CheckboxField } from "@/components/ui/ChoiceFields";
import { Alert } from "@/components/ui/Feedback";
import { PageHeading } from "@/components/ui/PageHeading";
import { ProblemAlert } from "@/components/ui/Problem";
import { SelectField } from "@/components/ui/SelectField";
import type { Me, SheetForm, SheetPreview } from "@/lib/api/types";
import { previewSheet } from "./api";
import { KeepForm } from "./KeepForm";
import { ProblemTable } from "./ProblemTable";
import "./authoring.css";
import { useTexts } from "./texts";
import type { Texts } from "./texts/en";

export type PreviewOf = (form: SheetForm, texts: Texts["preview"]) => ReactNode;

type Props = {
  me: Me;
  /** Draws a form as those who register see it. */
  preview: PreviewOf;
};

/** An organiser brings a workbook, reads every problem beside the form it makes, and publishes. */
export function FormImportPage({ me, preview }: Props) {
  const texts = useTexts();
  const organizations = [
    ...new Map(me.grants.map(({ organization }) => [organization.uid, organization])).values(),
  ];
  const [organization, setOrganization] = useState(organizations[0]?.uid ?? "");
  const [file, setFile] = useState<File | null>(null);
  const [skips, setSkips] = useState(false);
  const [report, setReport] = useState<SheetPreview | null>(null);
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const round = useRef(0);

  const read = async (skipUnsupported: boolean) => {
    if (!file) return;
    round.current += 1;
    const mine = round.current;
    setPending(true);
    setProblem(null);
    try {
      const found = await previewSheet(file, skipUnsupported);
      if (mine === round.current) setReport(found);
    } catch (error) {
      if (mine === round.current) setProblem(error);
    } finally {
      if (mine === round.current) setPending(false);
    }
  };
  const choose = (chosen: File | null) => {
    round.current += 1;
    setFile(chosen);
    setReport(null);
    setProblem(null);
    setSkips(false);
    setPending(false);
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
          read(skips);
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
            onChange={(event) => choose(event.target.files?.[0] ?? null)}
          />
        </label>
        <div>
          <Button type="submit" variant="primary" isDisabled={!file} isPending={isPending}>
            {isPending ? texts.checking : texts.check}
          </Button>
        </div>
      </form>
      {problem !== null && <ProblemAlert error={problem} onRetry={() => read(skips)} />}
      {report && file && (
        <Report
          report={report}
          skips={skips}
          onSkip={(next) => {
            setSkips(next);
            read(next);
          }}
          preview={preview}
        >
          <KeepForm key={organization} {...{ file, organization, skips, report }} />
        </Report>
      )}
    </div>
  );
}

type ReportProps = {
  report: SheetPreview;
  skips: boolean;
  onSkip: (skips: boolean) => void;
  preview: PreviewOf;
  children: ReactNode;
};

function Report({ report, skips, onSkip, preview, children }: ReportProps) {
  const texts = useTexts();
  const { form, problems } = report;
  const offersToSkip = skips || problems.some(({ code }) => code === "unsupported");
  return (
    <div className="import-outcome">
      <section className="stack" aria-label={texts.report}>
        <div aria-live="polite">
          {!form && (
            <Alert tone="bad" title={texts.refusedTitle}>
              {texts.refusedDetail}
            </Alert>
          )}
        </div>
        {offersToSkip && (
          <CheckboxField
            id="skip-unsupported"
            label={texts.skip}
            hint={texts.skipHint}
            isSelected={skips}
            onChange={onSkip}
          />
        )}
        {form && children}
        {problems.length > 0 && <ProblemTable problems={problems} />}
      </section>
      {form && (
        <section className="import-preview stack" aria-labelledby="preview-title">
          <div className="stack-s">
            <h2 id="preview-title">{texts.preview.title}</h2>
            <p className="small soft">{texts.preview.lead}</p>
          </div>
          {preview(form, texts.preview)}
        </section>
      )}
    </div>
  );
}
