import { AuditPage } from "@/features/audit/AuditPage";
import { OrganizationHeading } from "@/features/organization/OrganizationHeading";
import type { Me } from "@/lib/api/types";
import type { Organization } from "@/lib/session/permissions";

type AuditRouteProps = { me: Me; organization: Organization };

export default function AuditRoute({ me, organization }: AuditRouteProps) {
  return (
    <AuditPage
      organization={organization}
      heading={(lead) => <OrganizationHeading {...{ me, organization, lead }} page="audit" />}
    />
  );
}
