import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { ProblemAlert } from "@/components/ui/Problem";
import { formatDateTime } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import { listMailings, type Mailing, mailingsKey, startMailing, stopMailing } from "./api";
import { useTexts } from "./texts";
import type { Texts } from "./texts/en";

type MailingsCardProps = { organization: string; event: string; mayStart: boolean };

/** Confirmations sent again to many, with how far they are. */
export function MailingsCard({ organization, event, mayStart }: MailingsCardProps) {
  const texts = useTexts();
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const queryKey = mailingsKey(organization);
  const mailings = useQuery({
    queryKey,
    queryFn: () => listMailings(organization),
    refetchInterval: (query) =>
      query.state.data?.some(({ waiting }) => waiting > 0) ? 2000 : false,
  });
  const again = () => queries.invalidateQueries({ queryKey });
  return (
    <Card
      title={texts.mailings}
      lead={texts.mailingsLead}
      aside={mayStart && <Button onPress={() => setAsking(true)}>{texts.start}</Button>}
    >
      {mailings.isError && (
        <ProblemAlert error={mailings.error} onRetry={() => mailings.refetch()} />
      )}
      {mailings.data?.length === 0 && <p className="soft">{texts.none}</p>}
      <ul className="plain-list">
        {mailings.data?.map((one) => (
          <li key={one.uid}>
            <Progress
              mailing={one}
              onStop={mayStart ? () => stopMailing(organization, one.uid).then(again) : undefined}
            />
          </li>
        ))}
      </ul>
      {isAsking && (
        <ConfirmDialog
          title={texts.startTitle}
          confirm={texts.start}
          isDanger={false}
          onClose={() => setAsking(false)}
          onConfirm={() => startMailing(organization, event).then(again)}
        >
          <p>{texts.startDetail}</p>
        </ConfirmDialog>
      )}
    </Card>
  );
}

function stateOf(mailing: Mailing, texts: Texts): string {
  const parts = [texts.sent(mailing.sent, mailing.total)];
  if (mailing.failed) parts.push(texts.failed(mailing.failed));
  if (mailing.withdrawn) parts.push(texts.withdrawn(mailing.withdrawn));
  if (mailing.stopped_at) parts.push(texts.stopped);
  else if (mailing.waiting === 0) parts.push(texts.done);
  else if (mailing.seconds_left !== null)
    parts.push(texts.left(Math.max(1, Math.ceil(mailing.seconds_left / 60))));
  return parts.join(" · ");
}

type ProgressProps = { mailing: Mailing; onStop: (() => Promise<unknown>) | undefined };

function Progress({ mailing, onStop }: ProgressProps) {
  const { locale } = useI18n();
  const texts = useTexts();
  const name = texts.mailingOf(formatDateTime(mailing.created_at, locale));
  return (
    <div className="stack-s">
      <p>
        {name}
        <br />
        <span className="soft small">{stateOf(mailing, texts)}</span>
      </p>
      <progress
        className="mailing-bar"
        aria-label={name}
        max={Math.max(1, mailing.total)}
        value={mailing.total - mailing.waiting}
      />
      {onStop && mailing.waiting > 0 && !mailing.stopped_at && (
        <div>
          <Button variant="quiet" onPress={onStop}>
            {texts.stop}
          </Button>
        </div>
      )}
    </div>
  );
}
