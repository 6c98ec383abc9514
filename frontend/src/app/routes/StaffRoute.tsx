import { type ComponentType, lazy, Suspense } from "react";
import { Route, Routes, useMatch, useSearchParams } from "react-router";
import { SignedIn } from "@/app/SignedIn";
import { Skeleton } from "@/components/ui/Feedback";
import { SecondFactorBanner } from "@/features/accounts/SecondFactorBanner";
import type { PreviewOf } from "@/features/authoring/FormImportPage";
import { NotYours } from "@/features/organization/NotYours";
import {
  ORGANIZATION_PAGES,
  OrganizationNavigation,
  type OrganizationPage,
} from "@/features/organization/OrganizationNavigation";
import { StaffPage } from "@/features/staff/StaffPage";
import type { Me } from "@/lib/api/types";
import { useMessages } from "@/lib/i18n/i18n";
import { type Organization, useOrganizations } from "@/lib/session/permissions";
import NotFoundRoute from "./NotFoundRoute";

type PageProps = { me: Me; organization: Organization };

const PAGES: Record<OrganizationPage, ComponentType<PageProps>> = {
  people: lazy(async () => ({
    default: (await import("@/features/organization/people/PeoplePage")).PeoplePage,
  })),
  keys: lazy(async () => ({
    default: (await import("@/features/organization/keys/KeysPage")).KeysPage,
  })),
  access: lazy(async () => ({
    default: (await import("@/features/organization/access/AccessPage")).AccessPage,
  })),
  audit: lazy(() => import("./AuditRoute")),
  privacy: lazy(() => import("./PrivacyOfficeRoute")),
  support: lazy(() => import("./SupportInboxRoute")),
  mails: lazy(() => import("./MailsRoute")),
};

const EventTools = lazy(async () => ({
  default: (await import("@/features/staff/EventTools")).EventTools,
}));

const FormImportPage = lazy(async () => ({
  default: (await import("@/features/authoring/FormImportPage")).FormImportPage,
}));

const FormPreview = lazy(async () => ({
  default: (await import("@/features/registration/form/FormPreview")).FormPreview,
}));

export default function StaffRoute() {
  return <SignedIn>{(me) => <StaffArea me={me} />}</SignedIn>;
}

function StaffArea({ me }: { me: Me }) {
  const [params] = useSearchParams();
  const slug = useMatch("/staff/organization/:slug/*")?.params.slug;
  const t = useMessages();
  const { organizations, isPending } = useOrganizations(me);
  const organization =
    organizations.find((one) => one.slug === slug || one.uid === params.get("organization")) ??
    (slug === undefined ? organizations[0] : undefined);
  if (!organization && slug !== undefined && isPending) {
    return (
      <div className="page">
        <Skeleton label={t.common.loading} lines={4} />
      </div>
    );
  }
  return (
    <>
      <OrganizationNavigation organization={organization} />
      <SecondFactorBanner me={me} />
      <Routes>
        <Route index element={<StaffPage me={me} />} />
        {organization?.permissions.has("event:manage") && (
          <Route path="events" element={<EventTools organization={organization.uid} />} />
        )}
        <Route path="forms" element={<FormImportPage me={me} preview={drawForm} />} />
        {organization &&
          (Object.keys(PAGES) as OrganizationPage[]).map((page) => (
            <Route
              key={page}
              path={`organization/:slug/${page}`}
              element={<Guarded key={organization.uid} {...{ me, organization, page }} />}
            />
          ))}
        <Route path="*" element={<NotFoundRoute />} />
      </Routes>
    </>
  );
}

/** What an organiser imports is drawn by the same parts that participants answer with. */
const drawForm: PreviewOf = (form, texts) => (
  <Suspense fallback={<Skeleton label={texts.title} lines={6} />}>
    <FormPreview form={form} texts={texts} />
  </Suspense>
);

function Guarded({ me, organization, page }: PageProps & { page: OrganizationPage }) {
  const Page = PAGES[page];
  return organization.permissions.has(ORGANIZATION_PAGES[page]) ? (
    <Page me={me} organization={organization} />
  ) : (
    <NotYours />
  );
}
