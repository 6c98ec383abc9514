import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/Button";
import { type Column, DataTable } from "@/components/ui/DataTable";
import { EmptyState, Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { formatDateTime } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import type { Organization } from "@/lib/session/permissions";
import { listSupportRequests, type SupportRequest } from "../api";
import { useTexts } from "../texts";
import { RequestDrawer } from "./RequestDrawer";
import { StateBadge } from "./StateBadge";
import "@/components/ui/table.css";

type SupportInboxPageProps = {
  organization: Organization;
  /** The page's heading, which the organization's pages share. */
  heading: (lead: string) => ReactNode;
};

/** What participants asked for. It is answered in the help desk; here staff see that it arrived there. */
export function SupportInboxPage({ organization, heading }: SupportInboxPageProps) {
  const texts = useTexts();
  const [selected, setSelected] = useState<SupportRequest | null>(null);
  return (
    <div className="page stack">
      {heading(texts.inboxLead)}
      <Requests organization={organization.uid} onOpen={setSelected} />
      <RequestDrawer request={selected} onClose={() => setSelected(null)} />
    </div>
  );
}

type RequestsProps = { organization: string; onOpen: (request: SupportRequest) => void };

function Requests({ organization, onOpen }: RequestsProps) {
  const { messages: t } = useI18n();
  const texts = useTexts();
  const columns = useColumns(onOpen);
  const requests = useInfiniteQuery({
    queryKey: ["support-requests", organization],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => listSupportRequests(organization, pageParam),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const rows = requests.data?.pages.flatMap((page) => page.items) ?? [];
  if (requests.isPending) return <Skeleton label={t.common.loading} lines={6} />;
  if (requests.isError && rows.length === 0)
    return <ProblemAlert error={requests.error} onRetry={() => requests.refetch()} />;
  if (rows.length === 0)
    return <EmptyState title={texts.noRequests}>{texts.noRequestsLead}</EmptyState>;
  return (
    <>
      <DataTable caption={texts.inbox} columns={columns} rows={rows} keyOf={({ uid }) => uid} />
      {requests.isError && <ProblemAlert error={requests.error} />}
      {requests.hasNextPage && (
        <div>
          <Button onPress={() => requests.fetchNextPage()} isPending={requests.isFetchingNextPage}>
            {t.common.loadMore}
          </Button>
        </div>
      )}
    </>
  );
}

function useColumns(onOpen: (request: SupportRequest) => void): Column<SupportRequest>[] {
  const { locale } = useI18n();
  const texts = useTexts();
  return [
    {
      key: "subject",
      label: texts.subject,
      cell: (request) => (
        <button type="button" className="row-open" onClick={() => onOpen(request)}>
          {request.subject}
        </button>
      ),
    },
    {
      key: "from",
      label: texts.from,
      cell: ({ name, email }) => (
        <span className="person">
          {name && <span>{name}</span>}
          <span className="soft small">{email}</span>
        </span>
      ),
    },
    {
      key: "time",
      label: texts.received,
      cell: ({ created_at }) => formatDateTime(created_at, locale),
    },
    {
      key: "registration",
      label: texts.registration,
      isMono: true,
      cell: ({ confirmation_number }) => confirmation_number ?? "–",
    },
    { key: "state", label: texts.state, cell: (request) => <StateBadge request={request} /> },
  ];
}
