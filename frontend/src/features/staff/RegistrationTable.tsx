import { Button } from "@/components/ui/Button";
import { Badge, EmptyState, Skeleton, type Tone } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import type { StaffRegistration } from "@/lib/api/types";
import { formatDateTime } from "@/lib/format/dates";
import { useI18n, useText } from "@/lib/i18n/i18n";
import { type StaffFilter, useStaffRegistrations } from "./queries";
import { SyncBadge } from "./SyncBadge";
import { useTexts } from "./texts";
import "@/components/ui/table.css";

const TONES: Record<string, Tone> = { confirmed: "good", submitted: "info", draft: "warn" };

type RegistrationTableProps = {
  organization: string;
  filter: StaffFilter;
  onOpen: (registration: StaffRegistration) => void;
};

/** A real table on a desk; on a phone each row is a card whose cells name themselves. */
export function RegistrationTable({ organization, filter, onOpen }: RegistrationTableProps) {
  const { messages: t } = useI18n();
  const texts = useTexts();
  const list = useStaffRegistrations(organization, filter);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isPending) return <Skeleton label={t.common.loading} lines={8} />;
  if (list.isError && rows.length === 0)
    return <ProblemAlert error={list.error} onRetry={() => list.refetch()} />;
  if (rows.length === 0)
    return <EmptyState title={texts.emptyTitle}>{texts.emptyDetail}</EmptyState>;
  const { columns } = texts;
  return (
    <>
      <table className="data-table">
        <caption className="visually-hidden">{texts.title}</caption>
        <thead>
          <tr>
            <th scope="col">{columns.name}</th>
            <th scope="col">{columns.number}</th>
            <th scope="col">{columns.event}</th>
            <th scope="col">{columns.state}</th>
            <th scope="col" className="number">
              {columns.people}
            </th>
            <th scope="col">{columns.updated}</th>
            <th scope="col">{columns.sync}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.uid} row={row} onOpen={() => onOpen(row)} />
          ))}
        </tbody>
      </table>
      {list.hasNextPage && (
        <div className="row">
          <Button onPress={() => list.fetchNextPage()} isPending={list.isFetchingNextPage}>
            {t.common.loadMore}
          </Button>
        </div>
      )}
    </>
  );
}

function Row({ row, onOpen }: { row: StaffRegistration; onOpen: () => void }) {
  const { locale, messages: t } = useI18n();
  const texts = useTexts();
  const text = useText();
  const { columns } = texts;
  const name = row.name || texts.unnamed;
  return (
    <tr>
      <th scope="row" data-label={columns.name}>
        <span>
          <button
            type="button"
            className="row-open"
            aria-label={texts.details(name)}
            onClick={onOpen}
          >
            {name}
          </button>
          <span className="soft small">{row.email}</span>
        </span>
      </th>
      <td data-label={columns.number} className="mono">
        {row.confirmation_number ?? "–"}
      </td>
      <td data-label={columns.event}>{text(row.event.title)}</td>
      <td data-label={columns.state}>
        <Badge tone={TONES[row.state] ?? "plain"}>{t.states[row.state] ?? row.state}</Badge>
        {row.is_test && <Badge tone="warn">{texts.trial}</Badge>}
      </td>
      <td data-label={columns.people} className="number">
        {row.attendees}
      </td>
      <td data-label={columns.updated} className="small">
        {formatDateTime(row.updated_at, locale)}
      </td>
      <td data-label={columns.sync}>
        <SyncBadge sync={row.sync} />
      </td>
    </tr>
  );
}
