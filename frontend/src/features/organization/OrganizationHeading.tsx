import { useNavigate, useParams } from "react-router";
import { PageHeading } from "@/components/ui/PageHeading";
import { SelectField } from "@/components/ui/SelectField";
import type { Me } from "@/lib/api/types";
import { type Organization, useOrganizations } from "@/lib/session/permissions";
import { ORGANIZATION_PAGES, type OrganizationPage } from "./OrganizationNavigation";
import { useTexts } from "./texts";
import "./organization.css";

type OrganizationHeadingProps = {
  me: Me;
  organization: Organization;
  page: OrganizationPage;
  lead: string;
};

/** The page's title under its organization, with a way to the same page of another one. */
export function OrganizationHeading({ me, organization, page, lead }: OrganizationHeadingProps) {
  const texts = useTexts();
  const navigate = useNavigate();
  const { slug } = useParams();
  const others = useOrganizations(me).organizations.filter(({ permissions }) =>
    permissions.has(ORGANIZATION_PAGES[page]),
  );
  return (
    <div className="organization-heading">
      <div className="stack-s">
        <p className="eyebrow">{organization.name}</p>
        <PageHeading title={texts[page]} focusKey={`${slug}/${page}`} />
        <p className="lead">{lead}</p>
      </div>
      {others.length > 1 && (
        <SelectField
          label={texts.organization}
          value={organization.slug}
          options={others.map(({ slug: value, name }) => ({ value, label: name }))}
          onChange={(chosen) => navigate(`/staff/organization/${chosen}/${page}`)}
        />
      )}
    </div>
  );
}
