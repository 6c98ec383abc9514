import type { ReactNode } from "react";
import { Alert } from "@/components/ui/Feedback";
import { PageHeading } from "@/components/ui/PageHeading";
import { RichText } from "@/components/ui/RichText";
import type { EventDetail } from "@/lib/api/types";
import { formatDateRange, formatTimeRange, zoneName } from "@/lib/format/dates";
import { useI18n, useOfferedLocales, useText } from "@/lib/i18n/i18n";
import { Cover } from "./Cover";
import { TicketList } from "./TicketList";
import "./catalog.css";

/** The event page; `register` is what the participant can do next. */
export function EventDetails({ event, register }: { event: EventDetail; register: ReactNode }) {
  const { locale, messages: t } = useI18n();
  const text = useText();
  useOfferedLocales(Object.keys(event.title));
  return (
    <article className="page stack">
      <Cover seed={event.slug} image={event.image} tall />
      <div className="event-layout">
        <div className="event-head stack-s">
          {event.category && <p className="eyebrow">{text(event.category.title)}</p>}
          <PageHeading title={text(event.title)} />
          {event.test_mode && <Alert tone="warn">{t.event.trial}</Alert>}
          <p className="lead">{text(event.summary)}</p>
        </div>
        <aside className="event-aside">
          <dl className="facts">
            <div>
              <dt>{t.event.when}</dt>
              <dd>{formatDateRange(event.starts_at, event.ends_at, locale, event.timezone)}</dd>
              <dd className="small soft">
                {formatTimeRange(event.starts_at, event.ends_at, locale, event.timezone)}
                <br />
                {t.event.zone(zoneName(event.timezone, locale, new Date(event.starts_at)))}
              </dd>
            </div>
            {event.place && (
              <div>
                <dt>{t.event.where}</dt>
                <dd>{event.place}</dd>
              </div>
            )}
            <div>
              <dt>{t.event.organizer}</dt>
              <dd>{event.organization.name}</dd>
            </div>
          </dl>
          {register}
        </aside>
        <div className="event-body stack">
          {text(event.description) && (
            <section className="stack-s">
              <h2>{t.event.about}</h2>
              <RichText markup={text(event.description)} />
            </section>
          )}
          {event.tickets.length > 0 && (
            <section className="stack-s">
              <h2>{t.event.tickets}</h2>
              <TicketList tickets={event.tickets} timezone={event.timezone} />
            </section>
          )}
        </div>
      </div>
    </article>
  );
}
