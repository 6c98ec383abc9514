import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Alert } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { asProblem } from "@/lib/api/problem";
import type { FormSummary, SheetPreview } from "@/lib/api/types";
import { download } from "@/lib/download";
import { useText } from "@/lib/i18n/i18n";
import { exportForm, formNamed, importForm, publishForm } from "./api";
import { useTexts } from "./texts";

type Props = { file: File; organization: string; skips: boolean; report: SheetPreview };

type Kept = { form: FormSummary; version: number };

/** Keeps the form of a workbook: as a new one, or as the next draft of the one that has its name; and publishes it. */
export function KeepForm({ file, organization, skips, report }: Props) {
  const texts = useTexts();
  const text = useText();
  const [kept, setKept] = useState<Kept | null>(null);
  const [known, setKnown] = useState<FormSummary | null>(null);
  const [pending, setPending] = useState<"" | "keep" | "publish" | "download">("");
  const [problem, setProblem] = useState<unknown>(null);
  const source = report.form?.source as { name: string; title: Record<string, string> };

  const run = async (what: typeof pending, act: () => Promise<void>) => {
    setPending(what);
    setProblem(null);
    try {
      await act();
    } catch (error) {
      const taken = asProblem(error).slug === "form-name-taken";
      const namesake = taken ? await formNamed(source.name).catch(() => null) : null;
      setKnown(namesake);
      if (!namesake) setProblem(error);
    } finally {
      setPending("");
    }
  };
  const keep = async (publishes: boolean, replaces?: string) => {
    const form = kept?.form ?? (await importForm(file, organization, skips, replaces)).form;
    setKnown(null);
    setKept({ form, version: 0 });
    if (!publishes) return;
    const { version } = await publishForm(form.uid);
    setKept({ form, version });
  };
  const title = text(source.title);

  return (
    <div className="stack" aria-live="polite">
      {kept ? (
        <Alert
          tone="good"
          title={kept.version ? texts.published(kept.version) : texts.kept}
          actions={
            <>
              {!kept.version && (
                <Button
                  variant="primary"
                  onPress={() => run("publish", () => keep(true))}
                  isPending={pending === "publish"}
                >
                  {texts.publish}
                </Button>
              )}
              <Button
                onPress={() =>
                  run("download", async () => {
                    const name = `${kept.form.name}.xlsx`;
                    download(await exportForm(kept.form.uid, kept.version), name);
                  })
                }
                isPending={pending === "download"}
              >
                {texts.download}
              </Button>
            </>
          }
        >
          <p>{texts.keptDetail(title)}</p>
        </Alert>
      ) : known ? (
        <Alert
          tone="warn"
          title={texts.takenTitle(known.name)}
          actions={
            <>
              <Button
                variant="primary"
                onPress={() => run("publish", () => keep(true, known.uid))}
                isPending={pending === "publish"}
              >
                {texts.replaceAndPublish}
              </Button>
              <Button onPress={() => setKnown(null)}>{texts.leaveIt}</Button>
            </>
          }
        >
          <p>{texts.takenDetail(known.latest_version)}</p>
        </Alert>
      ) : (
        <Alert
          tone="good"
          title={report.problems.length ? texts.usableTitle : texts.cleanTitle}
          actions={
            <>
              <Button
                variant="primary"
                onPress={() => run("publish", () => keep(true))}
                isPending={pending === "publish"}
              >
                {pending === "publish" ? texts.publishing : texts.publish}
              </Button>
              <Button onPress={() => run("keep", () => keep(false))} isPending={pending === "keep"}>
                {texts.keepDraft}
              </Button>
            </>
          }
        >
          <p>{texts.cleanDetail(title)}</p>
        </Alert>
      )}
      {problem !== null && <ProblemAlert error={problem} />}
    </div>
  );
}
