import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Card } from "@/components/ui/Card";
import { CheckedForm } from "@/components/ui/CheckedForm";
import { type Column, DataTable } from "@/components/ui/DataTable";
import { Alert, Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { useMessages } from "@/lib/i18n/i18n";
import { useTexts } from "../texts";
import { getRetention, type Rule, retentionKey, setRetention } from "./api";

export function RetentionCard({ organization }: { organization: string }) {
  const t = useMessages();
  const texts = useTexts();
  const retention = useQuery({
    queryKey: retentionKey(organization),
    queryFn: () => getRetention(organization),
    // What is being edited must not change under the hand.
    refetchOnWindowFocus: false,
  });
  return (
    <Card title={texts.retention} lead={texts.retentionLead}>
      {retention.isPending && <Skeleton label={t.common.loading} lines={3} />}
      {retention.isError && (
        <ProblemAlert error={retention.error} onRetry={() => retention.refetch()} />
      )}
      {retention.data && <RulesForm organization={organization} rules={retention.data.rules} />}
    </Card>
  );
}

function RulesForm({ organization, rules }: { organization: string; rules: readonly Rule[] }) {
  const texts = useTexts();
  const queries = useQueryClient();
  const [days, setDays] = useState<Record<string, string>>({});
  const [isSaved, setSaved] = useState(false);
  const textOf = (rule: Rule) => days[rule.table] ?? String(rule.days);
  const errorOf = (rule: Rule) => {
    const text = textOf(rule).trim();
    const isGood = /^\d+$/.test(text) && Number(text) >= rule.least && Number(text) <= rule.most;
    return isGood ? null : texts.daysWrong(rule.least, rule.most);
  };
  const open = rules.filter(({ adjustable }) => adjustable);
  const changed = open.filter((rule) => Number(textOf(rule)) !== rule.days);

  const columns: Column<Rule>[] = [
    { key: "table", label: texts.table, cell: ({ table }) => table },
    {
      key: "days",
      label: texts.days,
      cell: (rule) =>
        rule.adjustable ? (
          <DaysField
            rule={rule}
            value={textOf(rule)}
            error={errorOf(rule)}
            onChange={(value) => {
              setSaved(false);
              setDays({ ...days, [rule.table]: value });
            }}
          />
        ) : (
          rule.days
        ),
    },
    { key: "since", label: texts.since, cell: ({ since }) => since },
    { key: "usual", label: texts.usual, cell: ({ default_days }) => String(default_days) },
    {
      key: "allowed",
      label: texts.allowed,
      cell: ({ adjustable, least, most }) => (adjustable ? texts.between(least, most) : "–"),
    },
  ];

  return (
    <CheckedForm
      action={texts.save}
      busy={texts.saving}
      errors={Object.fromEntries(open.map((rule) => [fieldOf(rule), errorOf(rule)]))}
      onSubmit={async () => {
        const sent = changed.map((rule) => ({ table: rule.table, days: Number(textOf(rule)) }));
        queries.setQueryData(retentionKey(organization), await setRetention(organization, sent));
        setDays({});
        setSaved(true);
      }}
    >
      {isSaved && (
        <Alert tone="good" live>
          {texts.saved}
        </Alert>
      )}
      <DataTable
        caption={texts.retention}
        columns={columns}
        rows={rules}
        keyOf={({ table }) => table}
      />
    </CheckedForm>
  );
}

function fieldOf({ table }: Rule): string {
  return `retention-${table}`;
}

type DaysFieldProps = {
  rule: Rule;
  value: string;
  error: string | null;
  onChange: (value: string) => void;
};

function DaysField({ rule, value, error, onChange }: DaysFieldProps) {
  const texts = useTexts();
  const id = fieldOf(rule);
  return (
    <span>
      <input
        id={id}
        className="control control-days"
        inputMode="numeric"
        aria-label={`${texts.days}: ${rule.table}`}
        aria-invalid={error !== null || undefined}
        aria-describedby={error ? `${id}-error` : undefined}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {error && (
        <span className="field-error" id={`${id}-error`}>
          {error}
        </span>
      )}
    </span>
  );
}
