import { AnswerList } from "@/components/answers/AnswerList";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { Alert, Badge, Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import type { Flow, Registration, StaffRegistration } from "@/lib/api/types";
import type { Answers } from "@/lib/document";
import { formatDateTime } from "@/lib/format/dates";
import { useI18n, useMessages, useText } from "@/lib/i18n/i18n";
import { programOf } from "@/lib/screen";
import { FileLink } from "./FileLink";
import { HistoryList } from "./HistoryList";
import { useRegistrationDetails } from "./queries";
import { ResendButton } from "./ResendButton";
import { SyncBadge } from "./SyncBadge";
import { RevealAnswer } from "./sensitive/RevealAnswer";
import { useTexts } from "./texts";

export function RegistrationDrawer({
  row,
  mayReveal,
  onClose,
}: {
  row: StaffRegistration | null;
  mayReveal: boolean;
  onClose: () => void;
}) {
  const t = useMessages();
  const texts = useTexts();
  return (
    <Dialog title={row?.name || texts.detailsTitle} isOpen={row !== null} onClose={onClose} side>
      {row && <Details row={row} mayReveal={mayReveal} />}
      <div>
        <Button onPress={onClose}>{t.common.close}</Button>
      </div>
    </Dialog>
  );
}

function Details({ row, mayReveal }: { row: StaffRegistration; mayReveal: boolean }) {
  const { locale, messages: t } = useI18n();
  const texts = useTexts();
  const text = useText();
  const { registration, flow } = useRegistrationDetails(row.uid);
  const error = registration.error ?? flow.error;
  return (
    <>
      <p className="row">
        <Badge tone={row.state === "confirmed" ? "good" : "plain"}>
          {t.states[row.state] ?? row.state}
        </Badge>
        <SyncBadge sync={row.sync} />
        {row.is_test && <Badge tone="warn">{texts.trial}</Badge>}
      </p>
      {row.sync.error && (
        <Alert tone="bad" title={texts.sync.dead}>
          <p className="small mono">{row.sync.error}</p>
        </Alert>
      )}
      <dl className="answers">
        <Fact label={texts.columns.number} value={row.confirmation_number} />
        <Fact label={texts.columns.event} value={text(row.event.title)} />
        <Fact label={texts.email} value={row.email} />
        <Fact
          label={texts.submittedAt}
          value={row.submitted_at && formatDateTime(row.submitted_at, locale)}
        />
        <Fact label={texts.columns.updated} value={formatDateTime(row.updated_at, locale)} />
        <Fact
          label={texts.columns.sync}
          value={row.sync.synced_at && texts.syncedAt(formatDateTime(row.sync.synced_at, locale))}
        />
        <Fact
          label={texts.revision}
          value={row.sync.revision === null ? null : String(row.sync.revision)}
        />
      </dl>
      {row.state === "confirmed" && <ResendButton registration={row.uid} />}
      {error && (
        <ProblemAlert
          error={error}
          onRetry={() => {
            registration.refetch();
            flow.refetch();
          }}
        />
      )}
      {registration.data && flow.data ? (
        <AnswersByStep registration={registration.data} flow={flow.data} mayReveal={mayReveal} />
      ) : (
        !error && <Skeleton label={t.common.loading} lines={5} />
      )}
      <HistoryList uid={row.uid} />
    </>
  );
}

function Fact({ label, value }: { label: string; value: string | null | undefined }) {
  if (!value) return null;
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

type AnswersByStepProps = { registration: Registration; flow: Flow; mayReveal: boolean };

function AnswersByStep({ registration, flow, mayReveal }: AnswersByStepProps) {
  const texts = useTexts();
  const text = useText();
  return (
    <>
      {registration.attendees.length > 0 && (
        <section className="stack-s">
          <h3>{texts.people}</h3>
          <ul className="plain-people">
            {registration.attendees.map((person) => (
              <li key={person.uid}>
                {person.name} {person.email && <span className="soft">· {person.email}</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {flow.flow.steps.map((step) => {
        const form = step.form_version ? flow.forms[step.form_version] : undefined;
        const answers = registration.steps[step.name]?.answers as Answers | undefined;
        if (!form || !answers) return null;
        return (
          <section key={step.name} className="stack-s">
            <h3>{text(step.title)}</h3>
            <AnswerList
              program={programOf(form, registration.clock)}
              answers={answers}
              timezone={registration.clock.timezone}
              renderFile={(file) => <FileLink registration={registration.uid} file={file} />}
              renderMasked={
                mayReveal
                  ? (answer) => (
                      <RevealAnswer registration={registration.uid} step={step.name} {...answer} />
                    )
                  : undefined
              }
            />
          </section>
        );
      })}
    </>
  );
}
