import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Card } from "@/components/ui/Card";
import { CheckedForm } from "@/components/ui/CheckedForm";
import { Alert, Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { TextField } from "@/components/ui/TextField";
import { asProblem } from "@/lib/api/problem";
import { useMessages } from "@/lib/i18n/i18n";
import { getRules, type Rules, rulesKey, saveRules } from "./api";
import { useTexts } from "./texts";

/** What the participants of an event may do after the confirmation. */
export function RulesCard({ event }: { event: string }) {
  const t = useMessages();
  const texts = useTexts();
  const rules = useQuery({
    queryKey: rulesKey(event),
    queryFn: () => getRules(event),
    enabled: event !== "",
    refetchOnWindowFocus: false,
  });
  return (
    <Card title={texts.rules} lead={event === "" ? texts.rulesLead : undefined}>
      {event !== "" && rules.isPending && <Skeleton label={t.common.loading} lines={4} />}
      {rules.isError && <ProblemAlert error={rules.error} onRetry={() => rules.refetch()} />}
      {rules.data && <RulesForm event={event} rules={rules.data} />}
    </Card>
  );
}

const lines = (text: string) =>
  text
    .split(/\s+/)
    .map((line) => line.trim())
    .filter(Boolean);

/** A moment as the browser's own field wants it, on this device's clock. */
function local(iso: string | null): string {
  if (!iso) return "";
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const moment = (text: string) => (text ? new Date(text).toISOString() : null);

function RulesForm({ event, rules }: { event: string; rules: Rules }) {
  const texts = useTexts();
  const queries = useQueryClient();
  const [editable, setEditable] = useState(rules.editable.join("\n"));
  const [onTicket, setOnTicket] = useState(rules.on_ticket.join("\n"));
  const [changes, setChanges] = useState(local(rules.changes_until));
  const [cancel, setCancel] = useState(local(rules.cancel_until));
  const [revision, setRevision] = useState(rules.revision);
  const [isSaved, setSaved] = useState(false);
  return (
    <CheckedForm
      action={texts.save}
      busy={texts.saving}
      errors={{}}
      onTry={() => setSaved(false)}
      onSubmit={async () => {
        const saved = await saveRules(event, {
          changes_until: moment(changes),
          cancel_until: moment(cancel),
          editable: lines(editable),
          on_ticket: lines(onTicket),
          revision,
        });
        setRevision(saved.revision);
        queries.setQueryData(rulesKey(event), saved);
        setSaved(true);
      }}
      explain={(error) =>
        asProblem(error).status === 412
          ? texts.stale
          : asProblem(error)
              .errors.map(({ pointer, message }) => `${pointer}: ${message}`)
              .join(" ") || null
      }
    >
      {isSaved && (
        <Alert tone="good" live>
          {texts.rulesSaved}
        </Alert>
      )}
      <TextField
        label={texts.editable}
        hint={texts.editableHint}
        multiline
        value={editable}
        onChange={setEditable}
      />
      <TextField
        label={texts.onTicket}
        hint={texts.onTicketHint}
        multiline
        value={onTicket}
        onChange={setOnTicket}
      />
      <TextField
        label={texts.changesUntil}
        hint={texts.changesUntilHint}
        type="datetime-local"
        value={changes}
        onChange={setChanges}
      />
      <TextField
        label={texts.cancelUntil}
        hint={texts.cancelUntilHint}
        type="datetime-local"
        value={cancel}
        onChange={setCancel}
      />
    </CheckedForm>
  );
}
