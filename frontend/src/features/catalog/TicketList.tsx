import { Badge } from "@/components/ui/Feedback";
import type { Ticket } from "@/lib/api/types";
import { formatDateTime } from "@/lib/format/dates";
import { formatMoney } from "@/lib/format/money";
import { useI18n, useText } from "@/lib/i18n/i18n";

export function TicketList({
  tickets,
  timezone,
}: {
  tickets: readonly Ticket[];
  timezone: string;
}) {
  const { locale, messages: t } = useI18n();
  const text = useText();
  return (
    <ul className="ticket-list">
      {tickets.map((ticket) => (
        <li
          key={ticket.uid}
          className={`ticket${ticket.on_sale && ticket.available !== 0 ? "" : " ticket-off"}`}
        >
          <div>
            <h3>{text(ticket.name)}</h3>
            {text(ticket.description) && <p className="soft small">{text(ticket.description)}</p>}
          </div>
          <div>
            <p>
              <strong>
                {ticket.price_minor === 0
                  ? t.event.free
                  : formatMoney(ticket.price_minor, ticket.currency, locale)}
              </strong>
            </p>
            <Availability ticket={ticket} timezone={timezone} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Availability({ ticket, timezone }: { ticket: Ticket; timezone: string }) {
  const { locale, messages: t } = useI18n();
  if (ticket.available === 0) return <Badge tone="bad">{t.event.soldOut}</Badge>;
  if (!ticket.on_sale) {
    if (ticket.sales_start && Date.parse(ticket.sales_start) > Date.now()) {
      return (
        <Badge tone="warn">
          {t.event.notYet(formatDateTime(ticket.sales_start, locale, timezone))}
        </Badge>
      );
    }
    const ended = ticket.sales_end && Date.parse(ticket.sales_end) <= Date.now();
    return <Badge tone="plain">{ended ? t.event.ended : t.event.notOnSale}</Badge>;
  }
  if (ticket.available === null) return <Badge tone="good">{t.event.unlimited}</Badge>;
  return (
    <Badge tone={ticket.available < 10 ? "warn" : "good"}>{t.event.left(ticket.available)}</Badge>
  );
}
