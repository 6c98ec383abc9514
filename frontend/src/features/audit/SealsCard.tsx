import { Card } from "@/components/ui/Card";
import { type Column, DataTable } from "@/components/ui/DataTable";
import { Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { formatDateTime } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import { type AuditSeal, useAuditSeals } from "./queries";
import { useTexts } from "./texts";

export function SealsCard({ organization }: { organization: string }) {
  const { locale, messages: t } = useI18n();
  const texts = useTexts();
  const seals = useAuditSeals(organization);
  const columns: Column<AuditSeal>[] = [
    { key: "batch", label: texts.batch, cell: ({ batch }) => String(batch) },
    {
      key: "events",
      label: texts.events,
      cell: ({ count, first, last }) => texts.eventsOf(count, first, last),
    },
    {
      key: "time",
      label: texts.sealedAt,
      cell: ({ sealed_at }) => formatDateTime(sealed_at, locale),
    },
    {
      key: "digest",
      label: texts.digest,
      cell: ({ digest }) => (
        <span className="digest" title={digest}>
          {digest}
        </span>
      ),
    },
    {
      key: "signature",
      label: texts.signature,
      cell: ({ signature }) => (
        <span className="digest" title={signature}>
          {signature}
        </span>
      ),
    },
    { key: "key", label: texts.key, cell: ({ kid }) => <span className="digest">{kid}</span> },
  ];
  return (
    <Card title={texts.seals} lead={texts.sealsLead}>
      {seals.isPending && <Skeleton label={t.common.loading} lines={3} />}
      {seals.isError && <ProblemAlert error={seals.error} onRetry={() => seals.refetch()} />}
      {seals.data?.length === 0 && <p className="soft">{texts.noSeals}</p>}
      {seals.data && seals.data.length > 0 && (
        <DataTable
          caption={texts.seals}
          columns={columns}
          rows={seals.data}
          keyOf={({ batch }) => String(batch)}
        />
      )}
    </Card>
  );
}
