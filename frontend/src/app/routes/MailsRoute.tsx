import { MailsPage } from "@/features/letters/MailsPage";
import { OrganizationHeading } from "@/features/organization/OrganizationHeading";
import type { Me } from "@/lib/api/types";
import type { Organization } from "@/lib/session/permissions";

export default function MailsRoute({ me, organization }: { me: Me; organization: Organization }) {
  return (
    <MailsPage
      key={organization.uid}
      organization={organization}
      heading={(lead) => (
        <OrganizationHeading me={me} organization={organization} page="mails" lead={lead} />
      )}
    />
  );
}
