import { lazy, Suspense } from "react";
import { Route, Routes } from "react-router";
import { Skeleton } from "@/components/ui/Feedback";
import { useMessages } from "@/lib/i18n/i18n";
import { Layout } from "./Layout";

const CatalogRoute = lazy(() => import("./routes/CatalogRoute"));
const EventRoute = lazy(() => import("./routes/EventRoute"));
const RegisterRoute = lazy(() => import("./routes/RegisterRoute"));
const PreviewRoute = lazy(() => import("./routes/PreviewRoute"));
const ResumeRoute = lazy(() => import("./routes/ResumeRoute"));
const EntryRoute = lazy(() => import("./routes/EntryRoute"));
const AccountRoute = lazy(() => import("./routes/AccountRoute"));
const StaffRoute = lazy(() => import("./routes/StaffRoute"));
const SupportRoute = lazy(() => import("./routes/SupportRoute"));
const NotFoundRoute = lazy(() => import("./routes/NotFoundRoute"));

const ENTRY = ["/sign-in", "/sign-up", "/verify-email", "/forgot-password", "/reset-password"];

export function AppRoutes() {
  const t = useMessages();
  return (
    <Layout>
      <Suspense
        fallback={
          <div className="page">
            <Skeleton label={t.common.loading} lines={4} />
          </div>
        }
      >
        <Routes>
          <Route path="/" element={<CatalogRoute />} />
          <Route path="/events/:slug" element={<EventRoute />} />
          <Route path="/register/:uid/:step?/:page?" element={<RegisterRoute />} />
          <Route path="/preview" element={<PreviewRoute />} />
          <Route path="/resume" element={<ResumeRoute />} />
          {ENTRY.map((path) => (
            <Route key={path} path={path} element={<EntryRoute />} />
          ))}
          <Route path="/account/*" element={<AccountRoute />} />
          <Route path="/staff/*" element={<StaffRoute />} />
          <Route path="/support" element={<SupportRoute />} />
          <Route path="*" element={<NotFoundRoute />} />
        </Routes>
      </Suspense>
    </Layout>
  );
}
