import { useState } from "react";
import { useNavigate } from "react-router";
import { Button, LinkButton } from "@/components/ui/Button";
import { Alert } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import type { EventDetail } from "@/lib/api/types";
import { formatDateTime } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import { draftForEvent } from "./guestTokens";
import { prefillOf } from "./prefill";
import { startRegistration } from "./start";

/** What a visitor of the event page can do: register, go on with a draft, or read why neither is possible. */
export function RegisterPanel({ event }: { event: EventDetail }) {
  const { language, locale, messages: t } = useI18n();
  const navigate = useNavigate();
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const begun = draftForEvent(event.uid);

  const start = async () => {
    setPending(true);
    setProblem(null);
    try {
      const registration = await startRegistration(event.uid, language);
      navigate(`/register/${registration.uid}${prefillOf(window.location.search)}`);
    } catch (error) {
      setProblem(error);
      setPending(false);
    }
  };

  const resume = begun && (
    <div className="stack-s">
      <p className="small soft">{t.event.resumeDetail}</p>
      <LinkButton to={`/register/${begun.uid}`} variant="primary" size="l" wide>
        {t.event.resume}
      </LinkButton>
    </div>
  );

  const closed = whyClosed(event, locale, t);
  if (closed) {
    return (
      <>
        {resume}
        <Alert tone="info" title={closed.title}>
          {closed.detail}
        </Alert>
      </>
    );
  }
  return (
    <>
      {resume}
      <Button
        variant={begun ? "secondary" : "primary"}
        size="l"
        wide
        onPress={start}
        isPending={isPending}
        aria-label={isPending ? t.event.starting : undefined}
      >
        {isPending ? t.event.starting : begun ? t.event.startOver : t.event.register}
      </Button>
      {problem !== null && <ProblemAlert error={problem} onRetry={start} />}
      <p className="small soft">{t.event.takes}</p>
      {event.registration_closes_at && (
        <p className="small soft">
          {t.event.closesAt(formatDateTime(event.registration_closes_at, locale, event.timezone))}
        </p>
      )}
    </>
  );
}

function whyClosed(
  event: EventDetail,
  locale: string,
  t: ReturnType<typeof useI18n>["messages"],
): { title: string; detail?: string } | null {
  if (!event.registration_open) {
    const opens = event.registration_opens_at;
    if (opens && Date.parse(opens) > Date.now()) {
      return { title: t.event.opensAt(formatDateTime(opens, locale, event.timezone)) };
    }
    return { title: t.event.closed };
  }
  if (event.tickets.length > 0 && event.tickets.every((ticket) => ticket.available === 0)) {
    return { title: t.event.allSoldOut, detail: t.event.allSoldOutDetail };
  }
  return null;
}
