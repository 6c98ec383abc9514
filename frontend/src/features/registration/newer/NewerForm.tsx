import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { Alert } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { isMasked } from "@/lib/document";
import { useText } from "@/lib/i18n/i18n";
import type { Wizard } from "../useWizard";
import { type Aside, type MigrationPreview, migrate, previewMigration } from "./api";
import { useTexts } from "./texts";

/** Offers the form that was published since the draft began, and shows what an earlier switch has set aside. */
export default function NewerForm({ wizard }: { wizard: Wizard }) {
  const t = useTexts();
  const { uid } = wizard.snapshot.registration;
  const [isOpen, setOpen] = useState(false);
  const preview = useQuery({
    queryKey: ["registration-migration", uid],
    queryFn: () => previewMigration(uid),
    // A draft without this notice is as good as before.
    retry: false,
  });
  const found = preview.data;
  if (!found) return null;
  return (
    <>
      {found.newest !== found.current && (
        <Alert
          title={t.noticeTitle}
          live
          actions={
            <Button
              onPress={() => {
                preview.refetch();
                setOpen(true);
              }}
            >
              {t.look}
            </Button>
          }
        >
          {t.notice}
        </Alert>
      )}
      {found.kept_aside.length > 0 && (
        <details className="wizard-aside">
          <summary>{t.kept(found.kept_aside.length)}</summary>
          <p className="soft">{t.keptLead}</p>
          <Asides answers={found.kept_aside} />
        </details>
      )}
      {isOpen && <Switch wizard={wizard} preview={found} onClose={() => setOpen(false)} />}
    </>
  );
}

type SwitchProps = { wizard: Wizard; preview: MigrationPreview; onClose: () => void };

function Switch({ wizard, preview, onClose }: SwitchProps) {
  const t = useTexts();
  const text = useText();
  const queries = useQueryClient();
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  const change = async () => {
    setPending(true);
    setProblem(null);
    const { uid } = wizard.snapshot.registration;
    try {
      await wizard.draft.flush();
      const { revision } = wizard.draft.getSnapshot().registration;
      const done = await migrate(uid, preview.flow_version, revision);
      queries.setQueryData(["registration", uid], done.registration);
      await queries.refetchQueries({ queryKey: ["registration-flow", uid] });
      await queries.refetchQueries({ queryKey: ["registration-migration", uid] });
      onClose();
    } catch (error) {
      setProblem(error);
      queries.refetchQueries({ queryKey: ["registration-migration", uid] });
    } finally {
      setPending(false);
    }
  };

  return (
    <Dialog title={t.title} isOpen onClose={onClose} isQuestion>
      <p>{t.lead}</p>
      <h3>{t.changes}</h3>
      <ul>
        {preview.changes.map(({ step, field, kind, label }) => (
          <li key={`${step}/${field}/${kind}`}>{t.kinds[kind]?.(text(label) || field || step)}</li>
        ))}
      </ul>
      {preview.aside.length > 0 && (
        <>
          <h3>{t.aside}</h3>
          <Asides answers={preview.aside} />
        </>
      )}
      {preview.attention.length > 0 && (
        <>
          <h3>{t.attention}</h3>
          <ul>
            {preview.attention.map(({ pointer, message }) => (
              <li key={pointer}>
                {pointer.split("/").at(-1)}: {message}
              </li>
            ))}
          </ul>
        </>
      )}
      {problem !== null && <ProblemAlert error={problem} />}
      <div className="row between">
        <Button onPress={onClose}>{t.stay}</Button>
        <Button variant="primary" onPress={change} isPending={isPending}>
          {isPending ? t.switching : t.switch}
        </Button>
      </div>
    </Dialog>
  );
}

function Asides({ answers }: { answers: Aside[] }) {
  const text = useText();
  return (
    <dl>
      {answers.map(({ step, pointer, version, label, answer }) => (
        <div key={`${version}/${step}${pointer}`}>
          <dt>{text(label) || pointer.split("/").at(-1)}</dt>
          <dd>{words(answer)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** An answer without its form: the question it belongs to is gone. */
function words(answer: unknown): string {
  if (isMasked(answer)) return answer.masked;
  if (Array.isArray(answer)) return answer.map(words).join(", ");
  if (answer && typeof answer === "object") return Object.values(answer).map(words).join(", ");
  return String(answer);
}
