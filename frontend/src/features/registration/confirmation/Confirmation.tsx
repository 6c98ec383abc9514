import { lazy, type ReactNode, Suspense, useState } from "react";
import { Button, LinkButton } from "@/components/ui/Button";
import { Alert } from "@/components/ui/Feedback";
import { PageHeading } from "@/components/ui/PageHeading";
import { ProblemAlert } from "@/components/ui/Problem";
import type { Registration } from "@/lib/api/types";
import { formatDateRange, formatTimeRange, zoneName } from "@/lib/format/dates";
import { useI18n, useText } from "@/lib/i18n/i18n";
import { useSession } from "@/lib/session/session";
import { claimRegistration } from "../api";
import { forgetDraft, tokenOf } from "../guestTokens";
import { QrImage } from "./QrImage";
import "./confirmation.css";

const CancelDialog = lazy(() => import("./CancelDialog"));

type StandingProps = {
  registration: Registration;
  onChange: (registration: Registration) => void;
};

type ConfirmationProps = StandingProps & { children: ReactNode };

/** What a finished registration looks like: confirmed, waiting, or cancelled. */
export default function Confirmation({ registration, onChange, children }: ConfirmationProps) {
  const { messages: t } = useI18n();
  if (registration.state === "cancelled") {
    return (
      <div className="page page-narrow stack">
        <PageHeading title={t.confirmation.cancelledTitle} focusKey="cancelled" />
        <p className="lead">{t.confirmation.cancelledLead}</p>
        <p>
          <LinkButton to={`/events/${registration.event.slug}`} variant="primary">
            {t.wizard.startAgain}
          </LinkButton>
        </p>
        {children}
      </div>
    );
  }
  return (
    <Standing registration={registration} onChange={onChange}>
      {children}
    </Standing>
  );
}

function Standing({ registration, onChange, children }: ConfirmationProps) {
  const { locale, messages: t } = useI18n();
  const text = useText();
  const [isCancelling, setCancelling] = useState(false);
  const { event } = registration;
  const isConfirmed = registration.state === "confirmed";
  const people = registration.attendees.filter(({ state }) => state !== "cancelled");
  return (
    <div className="page page-narrow stack">
      <div className="stack-s">
        <PageHeading
          title={isConfirmed ? t.confirmation.title : t.confirmation.submittedTitle}
          focusKey={registration.state}
        />
        <p className="lead">{isConfirmed ? t.confirmation.lead : t.confirmation.submittedLead}</p>
      </div>
      <article className="pass" aria-label={t.confirmation.facts}>
        <div className="pass-facts">
          <h2>{text(event.title)}</h2>
          <p>
            {formatDateRange(event.starts_at, event.ends_at, locale, event.timezone)}
            <br />
            <span className="soft small">
              {formatTimeRange(event.starts_at, event.ends_at, locale, event.timezone)},{" "}
              {zoneName(event.timezone, locale, new Date(event.starts_at))}
            </span>
          </p>
          {event.place && <p>{event.place}</p>}
          {people.length > 0 && (
            <ul className="plain-list">
              {people.map((person) => (
                <li key={person.uid}>{person.name}</li>
              ))}
            </ul>
          )}
          {registration.confirmation_number && (
            <p className="pass-number">
              <span className="soft small" id="confirmation-number">
                {t.confirmation.number}
              </span>
              <output aria-labelledby="confirmation-number">
                {registration.confirmation_number}
              </output>
            </p>
          )}
        </div>
        <QrImage uid={registration.uid} />
      </article>
      <Claim registration={registration} onChange={onChange} />
      {children}
      <div className="row">
        <Button variant="danger" onPress={() => setCancelling(true)}>
          {t.confirmation.cancel}
        </Button>
      </div>
      {isCancelling && (
        <Suspense>
          <CancelDialog
            uid={registration.uid}
            onClose={() => setCancelling(false)}
            onCancelled={onChange}
          />
        </Suspense>
      )}
    </div>
  );
}

/** A guest who is signed in meanwhile can keep the registration in the account. */
function Claim({ registration, onChange }: StandingProps) {
  const { messages: t } = useI18n();
  const session = useSession();
  const [isClaimed, setClaimed] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const isGuests = tokenOf(registration.uid) !== null;
  if (session.status !== "signed-in" || (!isGuests && !isClaimed)) return null;
  if (isClaimed) {
    return (
      <Alert tone="good" live>
        {t.confirmation.claimed}
      </Alert>
    );
  }
  const claim = () =>
    claimRegistration(registration.uid).then((claimed) => {
      setClaimed(true);
      forgetDraft(registration.uid);
      onChange(claimed);
    }, setProblem);
  return (
    <div className="stack-s">
      <div>
        <Button onPress={claim}>{t.confirmation.claim}</Button>
      </div>
      {problem !== null && <ProblemAlert error={problem} />}
    </div>
  );
}
