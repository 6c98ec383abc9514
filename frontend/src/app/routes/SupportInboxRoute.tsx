import { OrganizationHeading } from "@/features/organization/OrganizationHeading";
import { SupportInboxPage } from "@/features/support/inbox/SupportInboxPage";
import type { Me } from "@/lib/api/types";
import type { Organization } from "@/lib/session/permissions";

type SupportInboxRouteProps = { me: Me; organization: Organization };

export default function SupportInboxRoute({ me, organization }: SupportInboxRouteProps) {
  return (
    <SupportInboxPage
      organization={organization}
      heading={(lead) => <OrganizationHeading {...{ me, organization, lead }} page="support" />}
    />
  );
}
