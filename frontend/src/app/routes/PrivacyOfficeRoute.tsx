import { OrganizationHeading } from "@/features/organization/OrganizationHeading";
import { PrivacyOfficePage } from "@/features/privacy/office/PrivacyOfficePage";
import type { Me } from "@/lib/api/types";
import type { Organization } from "@/lib/session/permissions";

type PrivacyOfficeRouteProps = { me: Me; organization: Organization };

export default function PrivacyOfficeRoute({ me, organization }: PrivacyOfficeRouteProps) {
  return (
    <PrivacyOfficePage
      organization={organization}
      heading={(lead) => <OrganizationHeading {...{ me, organization, lead }} page="privacy" />}
    />
  );
}
