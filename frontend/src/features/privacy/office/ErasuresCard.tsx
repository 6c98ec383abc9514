import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { type Column, DataTable } from "@/components/ui/DataTable";
import { Dialog } from "@/components/ui/Dialog";
import { Badge, Skeleton, type Tone } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { formatDateTime } from "@/lib/format/dates";
import { useI18n, useMessages } from "@/lib/i18n/i18n";
import { useTexts } from "../texts";
import { type Erasure, erasuresKey, listErasures, type Proof } from "./api";
import { NewErasureDialog } from "./NewErasureDialog";

const TONES: Record<string, Tone> = {
  requested: "info",
  running: "warn",
  done: "good",
  failed: "bad",
};

export function ErasuresCard({ organization }: { organization: string }) {
  const { messages: t } = useI18n();
  const texts = useTexts();
  const erasures = useQuery({
    queryKey: erasuresKey(organization),
    queryFn: () => listErasures(organization),
    refetchInterval: (query) =>
      query.state.data?.some(({ finished_at }) => finished_at === null) ? 5_000 : false,
  });
  const [isMaking, setMaking] = useState(false);
  const [proof, setProof] = useState<Proof | null>(null);
  const columns = useColumns(setProof);
  const rows = erasures.data;
  return (
    <Card
      title={texts.erasures}
      lead={texts.erasuresLead}
      aside={
        <Button variant="danger" onPress={() => setMaking(true)}>
          {texts.newErasure}
        </Button>
      }
    >
      {erasures.isPending && <Skeleton label={t.common.loading} lines={3} />}
      {erasures.isError && (
        <ProblemAlert error={erasures.error} onRetry={() => erasures.refetch()} />
      )}
      {rows?.length === 0 && (
        <p className="soft">
          {texts.noErasures}. {texts.noErasuresLead}
        </p>
      )}
      {rows && rows.length > 0 && (
        <DataTable
          caption={texts.erasures}
          columns={columns}
          rows={rows}
          keyOf={({ uid }) => uid}
        />
      )}
      {isMaking && (
        <NewErasureDialog organization={organization} onClose={() => setMaking(false)} />
      )}
      {proof && <ProofDialog proof={proof} onClose={() => setProof(null)} />}
    </Card>
  );
}

function recordsIn({ places }: Proof): number {
  return Object.values(places).reduce((sum, count) => sum + count, 0);
}

function useColumns(onProof: (proof: Proof) => void): Column<Erasure>[] {
  const { locale } = useI18n();
  const texts = useTexts();
  return [
    {
      key: "request",
      label: texts.request,
      cell: ({ uid }) => <span className="mono small">{uid}</span>,
    },
    {
      key: "state",
      label: texts.state,
      cell: ({ state, error }) => (
        <span>
          <Badge tone={TONES[state] ?? "plain"}>{texts.states[state] ?? state}</Badge>{" "}
          {error && <span className="small">{error}</span>}
        </span>
      ),
    },
    {
      key: "requested",
      label: texts.requestedAt,
      cell: ({ requested_at }) => formatDateTime(requested_at, locale),
    },
    {
      key: "finished",
      label: texts.finishedAt,
      cell: ({ finished_at }) => (finished_at ? formatDateTime(finished_at, locale) : "–"),
    },
    {
      key: "proof",
      label: texts.proof,
      cell: ({ proof }) =>
        proof ? (
          <Button variant="quiet" onPress={() => onProof(proof)}>
            {texts.proofOf(recordsIn(proof))}
          </Button>
        ) : (
          "–"
        ),
    },
  ];
}

function ProofDialog({ proof, onClose }: { proof: Proof; onClose: () => void }) {
  const t = useMessages();
  const texts = useTexts();
  const columns: Column<[string, number]>[] = [
    { key: "place", label: texts.place, cell: ([place]) => place },
    { key: "records", label: texts.records, isNumber: true, cell: ([, count]) => String(count) },
  ];
  return (
    <Dialog title={texts.proofTitle} isOpen onClose={onClose}>
      <p>{texts.proofLead}</p>
      <DataTable
        caption={texts.proofTitle}
        columns={columns}
        rows={Object.entries(proof.places)}
        keyOf={([place]) => place}
      />
      <p className="small">
        {texts.digest}: <span className="mono">{proof.digest}</span>
      </p>
      <div>
        <Button onPress={onClose}>{t.common.close}</Button>
      </div>
    </Dialog>
  );
}
