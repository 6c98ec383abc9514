import { Button } from "@/components/ui/Button";
import { type Column, DataTable } from "@/components/ui/DataTable";
import { Badge, EmptyState, Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { formatDateTime } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import { type AuditEvent, type AuditFilter, useAuditEvents } from "./queries";
import { useTexts } from "./texts";

type EventTableProps = {
  organization: string;
  filter: AuditFilter;
  onOpen: (event: AuditEvent) => void;
};

export function EventTable({ organization, filter, onOpen }: EventTableProps) {
  const { messages: t } = useI18n();
  const texts = useTexts();
  const events = useAuditEvents(organization, filter);
  const columns = useColumns(onOpen);
  const rows = events.data?.pages.flatMap((page) => page.items) ?? [];
  if (events.isPending) return <Skeleton label={t.common.loading} lines={8} />;
  if (events.isError && rows.length === 0)
    return <ProblemAlert error={events.error} onRetry={() => events.refetch()} />;
  if (rows.length === 0) return <EmptyState title={texts.emptyTitle}>{texts.emptyLead}</EmptyState>;
  return (
    <>
      <DataTable caption={texts.title} columns={columns} rows={rows} keyOf={({ uid }) => uid} />
      {events.isError && <ProblemAlert error={events.error} />}
      {events.hasNextPage && (
        <div>
          <Button onPress={() => events.fetchNextPage()} isPending={events.isFetchingNextPage}>
            {t.common.loadMore}
          </Button>
        </div>
      )}
    </>
  );
}

function useColumns(onOpen: (event: AuditEvent) => void): Column<AuditEvent>[] {
  const { locale } = useI18n();
  const texts = useTexts();
  return [
    {
      key: "what",
      label: texts.what,
      cell: (event) => (
        <button
          type="button"
          className="row-open"
          aria-label={texts.detailsOf(event.action)}
          onClick={() => onOpen(event)}
        >
          {event.action}
        </button>
      ),
    },
    {
      key: "time",
      label: texts.time,
      cell: ({ occurred_at }) => formatDateTime(occurred_at, locale),
    },
    {
      key: "actor",
      label: texts.actor,
      cell: ({ actor }) => actor.name || (texts.kinds[actor.kind] ?? actor.kind),
    },
    {
      key: "subject",
      label: texts.subject,
      cell: ({ subject }) => (
        <span>
          {subject.type} <span className="digest">{subject.uid}</span>
        </span>
      ),
    },
    {
      key: "seal",
      label: texts.seal,
      cell: ({ sealed }) => (
        <Badge tone={sealed ? "good" : "plain"}>
          <span aria-hidden="true">{sealed ? "✓" : "…"}</span>
          {sealed ? texts.sealed : texts.unsealed}
        </Badge>
      ),
    },
  ];
}
