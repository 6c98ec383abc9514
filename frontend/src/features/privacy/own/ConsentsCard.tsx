import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { type Column, DataTable } from "@/components/ui/DataTable";
import { Badge, Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { explainedBy } from "@/lib/api/explain";
import { formatDate, formatDateTime } from "@/lib/format/dates";
import { useI18n, useText } from "@/lib/i18n/i18n";
import type { Consent, DataSubject } from "../api";
import { useTexts } from "../texts";
import { AnalyticsSwitch } from "./AnalyticsSwitch";

export function ConsentsCard({ subject }: { subject: DataSubject }) {
  const { messages: t } = useI18n();
  const text = useText();
  const texts = useTexts();
  const queries = useQueryClient();
  const queryKey = [...subject.key, "consents"];
  const consents = useQuery({ queryKey, queryFn: subject.consents });
  const [asking, setAsking] = useState<Consent | null>(null);
  const columns = useColumns(setAsking);
  return (
    <Card title={texts.consents} lead={texts.consentsLead}>
      {consents.isPending && <Skeleton label={t.common.loading} lines={2} />}
      {consents.isError && (
        <ProblemAlert error={consents.error} onRetry={() => consents.refetch()} />
      )}
      {consents.data?.length === 0 && <p className="soft">{texts.noConsents}</p>}
      {consents.data && consents.data.length > 0 && (
        <DataTable
          caption={texts.consents}
          columns={columns}
          rows={consents.data}
          keyOf={({ uid }) => uid}
        />
      )}
      {consents.data && subject.give && (
        <AnalyticsSwitch
          subject={subject}
          give={subject.give}
          consents={consents.data}
          queryKey={queryKey}
        />
      )}
      {asking && (
        <ConfirmDialog
          title={texts.withdrawTitle}
          confirm={texts.withdraw}
          onClose={() => setAsking(null)}
          onConfirm={async () => {
            await subject.withdraw(asking.uid);
            await queries.invalidateQueries({ queryKey });
          }}
          explain={(error) => explainedBy(texts.problems, error)}
        >
          <p>{texts.withdrawLead(purposeName(asking, texts.purposes, text))}</p>
        </ConfirmDialog>
      )}
    </Card>
  );
}

/** What the form has asked; without that, the field's name, which is written like `photo_consent`. */
function purposeName(
  { purpose, title }: Consent,
  names: Readonly<Record<string, string>>,
  text: (title: Consent["title"]) => string,
): string {
  const asked = names[purpose] ?? text(title);
  if (asked) return asked;
  const words = purpose.replaceAll("_", " ");
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}

function useColumns(onWithdraw: (consent: Consent) => void): Column<Consent>[] {
  const { locale } = useI18n();
  const text = useText();
  const texts = useTexts();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const nameOf = (consent: Consent) => purposeName(consent, texts.purposes, text);
  return [
    { key: "purpose", label: texts.purpose, cell: nameOf },
    {
      key: "given",
      label: texts.given,
      cell: ({ given_at }) => formatDate(given_at, locale, zone),
    },
    { key: "version", label: texts.version, cell: ({ text_version }) => text_version || "–" },
    {
      key: "state",
      label: texts.state,
      cell: ({ withdrawn_at }) =>
        withdrawn_at ? (
          <Badge tone="plain">{texts.withdrawnOn(formatDateTime(withdrawn_at, locale))}</Badge>
        ) : (
          <Badge tone="good">{texts.inForce}</Badge>
        ),
    },
    {
      key: "action",
      label: texts.actions,
      cell: (consent) =>
        consent.withdrawn_at === null && (
          <Button
            variant="quiet"
            aria-label={texts.withdrawLabel(nameOf(consent))}
            onPress={() => onWithdraw(consent)}
          >
            {texts.withdraw}
          </Button>
        ),
    },
  ];
}
