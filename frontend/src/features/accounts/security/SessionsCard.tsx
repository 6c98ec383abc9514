import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { type Column, DataTable } from "@/components/ui/DataTable";
import { Badge, Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { formatDateTime } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import { useEndSession } from "@/lib/session/session";
import { endAllSessions, endSession, type Session } from "../api";
import { useTexts } from "../texts";
import { deviceOf } from "./device";
import { SESSIONS, useSessions } from "./queries";
import { useConfirmation } from "./useConfirmation";

export function SessionsCard() {
  const { messages: t } = useI18n();
  const texts = useTexts();
  const queries = useQueryClient();
  const sessions = useSessions();
  const columns = useColumns();
  const { run, question } = useConfirmation();
  const [isAsking, setAsking] = useState(false);
  const endOne = useMutation({
    mutationFn: (session: string) => run(() => endSession(session)),
    onSettled: () => queries.invalidateQueries({ queryKey: SESSIONS }),
  });
  const action: Column<Session> = {
    key: "action",
    label: texts.actions,
    cell: (session) => (
      <SignOutOne
        session={session}
        isPending={endOne.isPending && endOne.variables === session.uid}
        onPress={() => endOne.mutate(session.uid)}
      />
    ),
  };
  return (
    <Card
      title={texts.sessionsTitle}
      lead={texts.sessionsLead}
      aside={
        <Button variant="danger" onPress={() => setAsking(true)}>
          {texts.signOutAll}
        </Button>
      }
    >
      {sessions.isPending && <Skeleton label={t.common.loading} lines={3} />}
      {sessions.isError && (
        <ProblemAlert error={sessions.error} onRetry={() => sessions.refetch()} />
      )}
      {endOne.isError && <ProblemAlert error={endOne.error} />}
      {sessions.data && (
        <DataTable
          caption={texts.sessionsTitle}
          columns={[...columns, action]}
          rows={sessions.data}
          keyOf={({ uid }) => uid}
        />
      )}
      {isAsking && <SignOutEverywhere onClose={() => setAsking(false)} />}
      {question}
    </Card>
  );
}

function useColumns(): Column<Session>[] {
  const { locale } = useI18n();
  const texts = useTexts();
  return [
    {
      key: "device",
      label: texts.device,
      cell: (session) => (
        <span className="row" title={session.user_agent}>
          {deviceOf(session.user_agent, texts)}
          {session.current && <Badge tone="good">{texts.thisDevice}</Badge>}
        </span>
      ),
    },
    {
      key: "method",
      label: texts.method,
      cell: ({ method, second_factor }) => {
        const name = texts.methods[method] ?? texts.otherService(method);
        return second_factor ? texts.withCode(name) : name;
      },
    },
    {
      key: "created",
      label: texts.signedIn,
      cell: ({ created_at }) => formatDateTime(created_at, locale),
    },
    {
      key: "used",
      label: texts.lastUsed,
      cell: ({ last_used_at }) => formatDateTime(last_used_at, locale),
    },
  ];
}

type SignOutOneProps = { session: Session; isPending: boolean; onPress: () => void };

function SignOutOne({ session, isPending, onPress }: SignOutOneProps) {
  const texts = useTexts();
  if (session.current) return null;
  return (
    <Button
      variant="quiet"
      isPending={isPending}
      onPress={onPress}
      aria-label={texts.signOutOneLabel(deviceOf(session.user_agent, texts))}
    >
      {texts.signOutOne}
    </Button>
  );
}

function SignOutEverywhere({ onClose }: { onClose: () => void }) {
  const texts = useTexts();
  const navigate = useNavigate();
  const endHere = useEndSession();
  const { run, question } = useConfirmation();
  return (
    <ConfirmDialog
      title={texts.signOutAllTitle}
      confirm={texts.signOutAll}
      onClose={onClose}
      onConfirm={async () => {
        await run(endAllSessions);
        navigate("/sign-in");
        endHere();
      }}
    >
      <p>{texts.signOutAllLead}</p>
      {question}
    </ConfirmDialog>
  );
}
