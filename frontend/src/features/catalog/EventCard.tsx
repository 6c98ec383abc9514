import { Link } from "react-router";
import { Badge } from "@/components/ui/Feedback";
import type { EventSummary } from "@/lib/api/types";
import { dateBadge, formatDateRange } from "@/lib/format/dates";
import { useI18n, useText } from "@/lib/i18n/i18n";
import { Cover } from "./Cover";

export function EventCard({ event }: { event: EventSummary }) {
  const { locale, messages: t } = useI18n();
  const text = useText();
  const badge = dateBadge(event.starts_at, locale, event.timezone);
  return (
    <li className="event-card">
      <div className="event-card-cover">
        <Cover seed={event.slug} image={event.image} />
        <span className="date-badge" aria-hidden="true">
          <strong>{badge.day}</strong>
          {badge.month}
        </span>
      </div>
      <div className="event-card-body">
        {event.category && <p className="eyebrow">{text(event.category.title)}</p>}
        <h2>
          <Link to={`/events/${event.slug}`} className="event-card-link">
            {text(event.title)}
          </Link>
        </h2>
        <p className="soft event-card-summary">{text(event.summary)}</p>
        <p className="small">
          {formatDateRange(event.starts_at, event.ends_at, locale, event.timezone)}
          {event.place && (
            <>
              <br />
              {event.place}
            </>
          )}
        </p>
        <p className="row between small soft">
          <span>{t.catalog.by(event.organization.name)}</span>
          {event.registration_open ? (
            <Badge tone="good">{t.catalog.open}</Badge>
          ) : (
            <Badge tone="plain">{t.catalog.closed}</Badge>
          )}
        </p>
      </div>
    </li>
  );
}
