import { SubNavigation, type SubPage } from "@/components/ui/SubNavigation";
import type { Organization, Permission } from "@/lib/session/permissions";
import { useTexts } from "./texts";

/** The pages about an organization, each for those who may see it. */
export const ORGANIZATION_PAGES = {
  people: "role:manage",
  keys: "api-key:manage",
  access: "organization:manage",
  audit: "audit:read",
  privacy: "privacy:manage",
  support: "registration:read",
  mails: "event:manage",
} as const satisfies Record<string, Permission>;

export type OrganizationPage = keyof typeof ORGANIZATION_PAGES;

type OrganizationNavigationProps = { organization: Organization | undefined };

export function OrganizationNavigation({ organization }: OrganizationNavigationProps) {
  const texts = useTexts();
  if (!organization) return null;
  const pages: SubPage[] = (Object.keys(ORGANIZATION_PAGES) as OrganizationPage[])
    .filter((page) => organization.permissions.has(ORGANIZATION_PAGES[page]))
    .map((page) => ({
      to: `/staff/organization/${organization.slug}/${page}`,
      label: texts[page],
    }));
  if (pages.length === 0) return null;
  return (
    <SubNavigation
      label={texts.settings}
      pages={[
        { to: "/staff", label: texts.registrations, search: `?organization=${organization.uid}` },
        ...pages,
      ]}
    />
  );
}
