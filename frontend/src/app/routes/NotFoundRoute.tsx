import { LinkButton } from "@/components/ui/Button";
import { PageHeading } from "@/components/ui/PageHeading";
import { useMessages } from "@/lib/i18n/i18n";

export default function NotFoundRoute() {
  const t = useMessages();
  return (
    <div className="page stack">
      <PageHeading title={t.problem.notFound} />
      <p className="lead">{t.problem.notFoundDetail}</p>
      <p>
        <LinkButton to="/" variant="primary">
          {t.common.home}
        </LinkButton>
      </p>
    </div>
  );
}
