import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { type Column, DataTable } from "@/components/ui/DataTable";
import { Badge, EmptyState, Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { explainedBy } from "@/lib/api/explain";
import type { Me } from "@/lib/api/types";
import { formatDate } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import type { Organization } from "@/lib/session/permissions";
import { deleteGrant, grantsKey, listGrants, type RoleGrant } from "../api";
import { OrganizationHeading } from "../OrganizationHeading";
import { useTexts } from "../texts";
import { InviteForm } from "./InviteForm";

type PageProps = { me: Me; organization: Organization };

export function PeoplePage({ me, organization }: PageProps) {
  const texts = useTexts();
  return (
    <div className="page stack">
      <OrganizationHeading {...{ me, organization }} page="people" lead={texts.peopleLead} />
      <Card title={texts.invite} lead={texts.inviteLead}>
        <InviteForm organization={organization.uid} />
      </Card>
      <Grants organization={organization.uid} ownEmail={me.email} />
    </div>
  );
}

function Grants({ organization, ownEmail }: { organization: string; ownEmail: string }) {
  const { messages: t } = useI18n();
  const texts = useTexts();
  const queries = useQueryClient();
  const queryKey = grantsKey(organization);
  const grants = useQuery({ queryKey, queryFn: () => listGrants(organization) });
  const [asking, setAsking] = useState<RoleGrant | null>(null);
  const columns = useColumns(ownEmail, setAsking);
  if (grants.isPending) return <Skeleton label={t.common.loading} lines={5} />;
  if (grants.isError) return <ProblemAlert error={grants.error} onRetry={() => grants.refetch()} />;
  if (grants.data.length === 0) return <EmptyState title={texts.nobody} />;
  return (
    <>
      <DataTable
        caption={texts.people}
        columns={columns}
        rows={grants.data}
        keyOf={({ uid }) => uid}
      />
      {asking && (
        <ConfirmDialog
          title={texts.revokeTitle}
          confirm={texts.revoke}
          onClose={() => setAsking(null)}
          onConfirm={async () => {
            await deleteGrant(organization, asking.uid);
            await queries.invalidateQueries({ queryKey });
          }}
          explain={(error) => explainedBy(texts.problems, error)}
        >
          <p>{texts.revokeLead(texts.roles[asking.role] ?? asking.role, personOf(asking))}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function personOf({ name, email }: RoleGrant): string {
  return name || email;
}

function useColumns(ownEmail: string, onRevoke: (grant: RoleGrant) => void): Column<RoleGrant>[] {
  const { locale } = useI18n();
  const texts = useTexts();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const roleOf = ({ role }: RoleGrant) => texts.roles[role] ?? role;
  return [
    {
      key: "person",
      label: texts.person,
      cell: (grant) => (
        <span>
          <strong>{personOf(grant)}</strong>
          {grant.name && <span className="soft small">{grant.email}</span>}
        </span>
      ),
    },
    { key: "role", label: texts.role, cell: roleOf },
    {
      key: "state",
      label: texts.state,
      cell: ({ state }) => (
        <Badge tone={state === "active" ? "good" : "warn"}>
          {state === "active" ? texts.active : texts.waiting}
        </Badge>
      ),
    },
    {
      key: "since",
      label: texts.since,
      cell: ({ created_at }) => formatDate(created_at, locale, zone),
    },
    {
      key: "until",
      label: texts.until,
      cell: ({ expires_at }) => (expires_at ? formatDate(expires_at, locale, zone) : texts.noEnd),
    },
    {
      key: "action",
      label: texts.actions,
      cell: (grant) =>
        grant.email !== ownEmail && (
          <Button
            variant="quiet"
            aria-label={texts.revokeLabel(roleOf(grant), personOf(grant))}
            onPress={() => onRevoke(grant)}
          >
            {texts.revoke}
          </Button>
        ),
    },
  ];
}
