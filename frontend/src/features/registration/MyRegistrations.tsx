import { useQueries, useQuery } from "@tanstack/react-query";
import { LinkButton } from "@/components/ui/Button";
import { Badge, EmptyState, Skeleton, type Tone } from "@/components/ui/Feedback";
import { PageHeading } from "@/components/ui/PageHeading";
import { ProblemAlert } from "@/components/ui/Problem";
import type { MyRegistration, Registration } from "@/lib/api/types";
import { formatDateRange } from "@/lib/format/dates";
import { useI18n, useText } from "@/lib/i18n/i18n";
import { getRegistration, listMyRegistrations } from "./api";
import { knownDrafts } from "./guestTokens";
import "./wizard.css";

const TONES: Record<string, Tone> = { confirmed: "good", submitted: "info", draft: "warn" };

function briefOf(registration: Registration): MyRegistration {
  const { uid, event, state, confirmation_number, submitted_at } = registration;
  return { uid, event, state, confirmation_number, updated_at: submitted_at ?? "" };
}

/** The account's registrations, and those begun as a guest on this device. */
export function MyRegistrations() {
  const { messages: t } = useI18n();
  const mine = useQuery({ queryKey: ["my-registrations"], queryFn: listMyRegistrations });
  const items: readonly MyRegistration[] = mine.data ?? [];
  const local = useQueries({
    queries: knownDrafts()
      .slice(0, 10)
      .map(({ uid }) => ({
        queryKey: ["device-registration", uid],
        queryFn: (): Promise<MyRegistration> => getRegistration(uid).then(briefOf),
        retry: 0,
      })),
  })
    .flatMap(({ data }) => (data ? [data] : []))
    .filter(({ uid }) => !items.some((item) => item.uid === uid));

  return (
    <div className="page page-narrow stack">
      <PageHeading title={t.account.title} />
      {mine.isPending && <Skeleton label={t.common.loading} lines={3} />}
      {mine.isError && <ProblemAlert error={mine.error} onRetry={() => mine.refetch()} />}
      {mine.isSuccess && items.length === 0 && local.length === 0 && (
        <EmptyState
          title={t.account.emptyTitle}
          action={
            <LinkButton to="/" variant="primary">
              {t.common.home}
            </LinkButton>
          }
        >
          {t.account.emptyDetail}
        </EmptyState>
      )}
      <RegistrationList registrations={items} />
      {local.length > 0 && (
        <section className="stack-s">
          <h2>{t.account.onThisDevice}</h2>
          <RegistrationList registrations={local} />
        </section>
      )}
    </div>
  );
}

function RegistrationList({ registrations }: { registrations: readonly MyRegistration[] }) {
  const { locale, messages: t } = useI18n();
  const text = useText();
  if (registrations.length === 0) return null;
  return (
    <ul className="registration-list">
      {registrations.map((registration) => {
        const { event, state } = registration;
        const title = text(event.title);
        return (
          <li key={registration.uid} className="registration-card">
            <div className="stack-s">
              <h2>{title}</h2>
              <p className="small soft">
                {formatDateRange(event.starts_at, event.ends_at, locale, event.timezone)}
                {event.place && ` · ${event.place}`}
              </p>
              <p className="row small">
                <Badge tone={TONES[state] ?? "plain"}>{t.states[state] ?? state}</Badge>
                {registration.confirmation_number}
              </p>
            </div>
            <LinkButton
              to={`/register/${registration.uid}`}
              aria-label={`${state === "draft" ? t.account.continue : t.account.open}: ${title}`}
            >
              {state === "draft" ? t.account.continue : t.account.open}
            </LinkButton>
          </li>
        );
      })}
    </ul>
  );
}
