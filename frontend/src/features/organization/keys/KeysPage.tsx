import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { EmptyState, Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { explainedBy } from "@/lib/api/explain";
import type { Me } from "@/lib/api/types";
import { useI18n } from "@/lib/i18n/i18n";
import type { Organization } from "@/lib/session/permissions";
import { type ApiKey, type CreatedKey, keysKey, listKeys, revokeKey } from "../api";
import { OrganizationHeading } from "../OrganizationHeading";
import { useTexts } from "../texts";
import { KeyTable } from "./KeyTable";
import { NewKeyForm } from "./NewKeyForm";
import { RotateDialog } from "./RotateDialog";
import { ShownOnce } from "./ShownOnce";

type PageProps = { me: Me; organization: Organization };
type Asking = { what: "rotate" | "revoke"; key: ApiKey };

export function KeysPage({ me, organization }: PageProps) {
  const { messages: t } = useI18n();
  const texts = useTexts();
  const queries = useQueryClient();
  const queryKey = keysKey(organization.uid);
  const keys = useQuery({ queryKey, queryFn: () => listKeys(organization.uid) });
  const [isMaking, setMaking] = useState(false);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [created, setCreated] = useState<CreatedKey | null>(null);

  const show = (made: CreatedKey) => {
    setMaking(false);
    setAsking(null);
    setCreated(made);
    queries.invalidateQueries({ queryKey });
  };

  return (
    <div className="page stack">
      <OrganizationHeading {...{ me, organization }} page="keys" lead={texts.keysLead} />
      {isMaking ? (
        <Card title={texts.newKey}>
          <NewKeyForm
            organization={organization.uid}
            permissions={[...organization.permissions]}
            onCreated={show}
            onCancel={() => setMaking(false)}
          />
        </Card>
      ) : (
        <div>
          <Button variant="primary" onPress={() => setMaking(true)}>
            {texts.newKey}
          </Button>
        </div>
      )}
      {keys.isPending && <Skeleton label={t.common.loading} lines={4} />}
      {keys.isError && <ProblemAlert error={keys.error} onRetry={() => keys.refetch()} />}
      {keys.data?.length === 0 && <EmptyState title={texts.noKeys}>{texts.noKeysLead}</EmptyState>}
      {keys.data && keys.data.length > 0 && (
        <KeyTable
          keys={keys.data}
          onRotate={(key) => setAsking({ what: "rotate", key })}
          onRevoke={(key) => setAsking({ what: "revoke", key })}
        />
      )}
      {asking?.what === "rotate" && (
        <RotateDialog
          organization={organization.uid}
          apiKey={asking.key}
          onRotated={show}
          onClose={() => setAsking(null)}
        />
      )}
      {asking?.what === "revoke" && (
        <ConfirmDialog
          title={texts.revokeKeyTitle}
          confirm={texts.revokeKey}
          onClose={() => setAsking(null)}
          onConfirm={async () => {
            await revokeKey(organization.uid, asking.key.uid);
            await queries.invalidateQueries({ queryKey });
          }}
          explain={(error) => explainedBy(texts.problems, error)}
        >
          <p>{texts.revokeKeyLead(asking.key.name)}</p>
        </ConfirmDialog>
      )}
      {created && <ShownOnce created={created} onClose={() => setCreated(null)} />}
    </div>
  );
}
