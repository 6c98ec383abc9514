import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { AnswerList } from "@/components/answers/AnswerList";
import { Button } from "@/components/ui/Button";
import { Alert, Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import type { Registration } from "@/lib/api/types";
import { download } from "@/lib/download";
import { formatDateTime } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import { OwnFile } from "../form/files/OwnFile";
import type { Wizard } from "../useWizard";
import { allowedKey, getAllowed, loadFile, resendConfirmation } from "./api";
import { useTexts } from "./texts";
import "./participant.css";

const ChangeForm = lazy(() => import("./ChangeForm"));

type ParticipantProps = {
  wizard: Wizard;
  registration: Registration;
  onChange: (next: Registration) => void;
};

/** What somebody can do with a confirmed registration: take the ticket along, read the answers, change what is open. */
export default function Participant({ wizard, registration, onChange }: ParticipantProps) {
  const { locale, messages: t } = useI18n();
  const texts = useTexts();
  const [isChanging, setChanging] = useState(false);
  const [saved, setSaved] = useState<"changed" | "nothing" | null>(null);
  const allowed = useQuery({
    queryKey: allowedKey(registration.uid, registration.revision),
    queryFn: () => getAllowed(registration.uid),
  });
  const zone = registration.event.timezone;
  const moment = (iso: string) => formatDateTime(iso, locale, zone);

  if (isChanging && allowed.data) {
    return (
      <Suspense fallback={<Skeleton label={t.common.loading} lines={5} />}>
        <ChangeForm
          wizard={wizard}
          registration={registration}
          allowed={allowed.data}
          onClose={() => setChanging(false)}
          onSaved={(next) => {
            setSaved(next.revision === registration.revision ? "nothing" : "changed");
            setChanging(false);
            onChange(next);
          }}
        />
      </Suspense>
    );
  }
  return (
    <section className="participant stack" aria-label={texts.answers}>
      <TakeAlong registration={registration} />
      {saved && (
        <Alert tone={saved === "changed" ? "good" : "info"} live>
          {texts[saved]}
        </Alert>
      )}
      <div className="row between">
        <h2>{texts.answers}</h2>
        {allowed.data?.can_change && (
          <Button
            variant="primary"
            onPress={() => {
              setSaved(null);
              setChanging(true);
            }}
          >
            {texts.change}
          </Button>
        )}
      </div>
      {allowed.isError && <ProblemAlert error={allowed.error} onRetry={() => allowed.refetch()} />}
      {allowed.data && (
        <p className="soft small">
          {allowed.data.can_change &&
            allowed.data.changes_until &&
            texts.changesUntil(moment(allowed.data.changes_until))}{" "}
          {!allowed.data.can_cancel
            ? texts.noCancel
            : allowed.data.cancel_until && texts.cancelUntil(moment(allowed.data.cancel_until))}
        </p>
      )}
      {wizard.flow.flow.steps.map(({ name }) => {
        const program = wizard.programs[name];
        const answers = registration.steps[name]?.answers;
        if (!program || !answers || registration.steps[name]?.status === "open") return null;
        return (
          <section key={name} aria-label={wizard.titleOf(name)} className="stack-s">
            <h3>{wizard.titleOf(name)}</h3>
            <AnswerList
              program={program}
              answers={answers}
              timezone={registration.clock.timezone}
              renderFile={(file) => <OwnFile registration={registration.uid} file={file} />}
            />
          </section>
        );
      })}
    </section>
  );
}

function TakeAlong({ registration }: { registration: Registration }) {
  const texts = useTexts();
  const [busy, setBusy] = useState<string | null>(null);
  const [isResent, setResent] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const run = async (name: string, act: () => Promise<unknown>) => {
    setBusy(name);
    setProblem(null);
    try {
      await act();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(null);
    }
  };
  const take = (name: "ticket.pdf" | "calendar.ics", as: string) =>
    run(name, async () => download(await loadFile(registration.uid, name), as));
  const number = registration.confirmation_number ?? registration.uid;
  return (
    <>
      <div className="row">
        <Button
          isPending={busy === "ticket.pdf"}
          onPress={() => take("ticket.pdf", `${number}.pdf`)}
        >
          {texts.ticket}
        </Button>
        <Button
          isPending={busy === "calendar.ics"}
          onPress={() => take("calendar.ics", `${registration.event.slug}.ics`)}
        >
          {texts.calendar}
        </Button>
        <Button
          isPending={busy === "resend"}
          isDisabled={isResent}
          onPress={() =>
            run("resend", async () => {
              await resendConfirmation(registration.uid);
              setResent(true);
            })
          }
        >
          {texts.resend}
        </Button>
      </div>
      {isResent && (
        <Alert tone="good" live>
          {texts.resent}
        </Alert>
      )}
      {problem !== null && <ProblemAlert error={problem} />}
    </>
  );
}
