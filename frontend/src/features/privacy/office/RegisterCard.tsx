import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { type Column, DataTable } from "@/components/ui/DataTable";
import { Badge, Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { csvOf } from "@/lib/csv";
import { download } from "@/lib/download";
import { useMessages } from "@/lib/i18n/i18n";
import { useTexts } from "../texts";
import { getRegister, type Processing } from "./api";

export function RegisterCard({ organization, slug }: { organization: string; slug: string }) {
  const t = useMessages();
  const texts = useTexts();
  const register = useQuery({
    queryKey: ["processing-register", organization],
    queryFn: () => getRegister(organization),
  });
  const columns = useColumns();
  const rows = register.data;
  const save = () => {
    const lines = (rows ?? []).map((row) => columns.map((column) => plain(column.key, row, texts)));
    const csv = csvOf([columns.map(({ label }) => label), ...lines]);
    download(new Blob([csv], { type: "text/csv" }), `processing-register-${slug}.csv`);
  };
  return (
    <Card
      title={texts.register}
      lead={texts.registerLead}
      aside={
        rows &&
        rows.length > 0 && (
          <span className="row">
            <Button onPress={() => window.print()}>{texts.print}</Button>
            <Button onPress={save}>{texts.csv}</Button>
          </span>
        )
      }
    >
      {register.isPending && <Skeleton label={t.common.loading} lines={4} />}
      {register.isError && (
        <ProblemAlert error={register.error} onRetry={() => register.refetch()} />
      )}
      {rows?.length === 0 && <p className="soft">{texts.noRegister}</p>}
      {rows && rows.length > 0 && (
        <DataTable
          caption={texts.register}
          columns={columns}
          rows={rows}
          keyOf={({ kind, name }) => `${kind}/${name}`}
        />
      )}
    </Card>
  );
}

function plain(key: string, row: Processing, texts: ReturnType<typeof useTexts>): string {
  switch (key) {
    case "kind":
      return texts.registerKinds[row.kind] ?? row.kind;
    case "categories":
      return row.categories.join(", ");
    case "sensitive":
      return row.sensitive ? texts.sensitive : "";
    default:
      return String(row[key as keyof Processing] ?? "");
  }
}

function useColumns(): Column<Processing>[] {
  const texts = useTexts();
  const named = texts.registerColumns;
  const text = (key: keyof Processing & keyof typeof named): Column<Processing> => ({
    key,
    label: named[key],
    cell: (row) => plain(key, row, texts) || "–",
  });
  return [
    text("name"),
    text("kind"),
    { ...text("purpose"), isWide: true },
    text("categories"),
    {
      key: "sensitive",
      label: named.sensitive,
      cell: (row) => (row.sensitive ? <Badge tone="warn">{texts.sensitive}</Badge> : "–"),
    },
    { ...text("recipients"), isWide: true },
    text("retention"),
  ];
}
