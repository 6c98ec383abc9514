import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { Badge } from "@/components/ui/Feedback";
import { formatDateTime } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import type { AuditEvent } from "./queries";
import { RevealNote } from "./RevealNote";
import { useTexts } from "./texts";
import "@/components/answers/answers.css";

type EventDetailsProps = { event: AuditEvent | null; onClose: () => void };

export function EventDetails({ event, onClose }: EventDetailsProps) {
  const { locale, messages: t } = useI18n();
  const texts = useTexts();
  return (
    <Dialog title={event?.action ?? texts.details} isOpen={event !== null} onClose={onClose} side>
      {event && (
        <>
          <p>
            <Badge tone={event.sealed ? "good" : "plain"}>
              {event.sealed ? texts.sealed : texts.unsealed}
            </Badge>
          </p>
          <dl className="answers">
            {factsOf(event, texts, formatDateTime(event.occurred_at, locale)).map(
              ([label, value]) => (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd>{value}</dd>
                </div>
              ),
            )}
          </dl>
          {Object.keys(event.details).length > 0 ? (
            <pre className="audit-details">{JSON.stringify(event.details, null, 2)}</pre>
          ) : (
            <p className="soft">{texts.noDetails}</p>
          )}
          {event.action === "sensitive.revealed" &&
            event.subject.uid &&
            typeof event.details.note === "string" && (
              <RevealNote
                key={event.uid}
                registration={event.subject.uid}
                note={event.details.note}
              />
            )}
        </>
      )}
      <div>
        <Button onPress={onClose}>{t.common.close}</Button>
      </div>
    </Dialog>
  );
}

function factsOf(
  event: AuditEvent,
  texts: ReturnType<typeof useTexts>,
  time: string,
): [string, string][] {
  const { actor, subject } = event;
  const who = [actor.name ?? texts.kinds[actor.kind] ?? actor.kind, actor.uid];
  const facts: [string, string | null][] = [
    [texts.time, time],
    [texts.actor, who.filter(Boolean).join(" · ")],
    [texts.subject, [subject.type, subject.uid].filter(Boolean).join(" · ")],
    [texts.sequence, event.sequence === null ? null : String(event.sequence)],
    [texts.request, event.request_id],
    [texts.event, event.uid],
  ];
  return facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
}
