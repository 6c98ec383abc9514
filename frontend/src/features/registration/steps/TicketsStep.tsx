import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Badge, Skeleton } from "@/components/ui/Feedback";
import { PageHeading } from "@/components/ui/PageHeading";
import { ProblemAlert } from "@/components/ui/Problem";
import { api, unwrap } from "@/lib/api/client";
import type { Ticket, TicketSelection } from "@/lib/api/types";
import { formatMoney } from "@/lib/format/money";
import { useI18n, useText } from "@/lib/i18n/i18n";
import { ErrorSummary } from "../form/ErrorSummary";
import type { Wizard } from "../useWizard";
import { HoldCountdown } from "./HoldCountdown";
import { QuantityField } from "./QuantityField";
import { StepActions } from "./StepActions";
import { useFinishStep } from "./useFinishStep";
import "./steps.css";

function useTickets(event: string) {
  return useQuery({
    queryKey: ["event", event],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/events/{event}", { params: { path: { event } }, signal })),
    refetchInterval: 30_000,
  });
}

export default function TicketsStep({ wizard, stepName }: { wizard: Wizard; stepName: string }) {
  const { messages: t } = useI18n();
  const { draft } = wizard;
  const { registration } = wizard.snapshot;
  const event = useTickets(registration.event.uid);
  const finish = useFinishStep(wizard, stepName);
  const [attempt, setAttempt] = useState(0);
  const chosen = (wizard.values[stepName]?.tickets ?? []) as TicketSelection[];
  const total = chosen.reduce((sum, { quantity }) => sum + quantity, 0);
  const held = (ticket: string) =>
    registration.tickets.find((one) => one.ticket === ticket)?.quantity ?? 0;
  const first = event.data?.tickets[0]?.uid ?? "";

  // Places are held by "Continue" alone: who leaves without it keeps those held before, and no page shows others.
  useEffect(() => () => draft.discard(stepName), [draft, stepName]);

  const choose = (ticket: string, quantity: number) => {
    finish.clear();
    const rest = chosen.filter((one) => one.ticket !== ticket);
    wizard.change(stepName, ["tickets"], quantity > 0 ? [...rest, { ticket, quantity }] : rest);
  };

  return (
    <>
      <div className="stack-s">
        <PageHeading title={wizard.titleOf(stepName)} focusKey={stepName} />
        <p className="lead">{t.tickets.lead}</p>
      </div>
      <HoldCountdown tickets={registration.tickets} />
      <ErrorSummary
        attempt={attempt}
        entries={
          attempt > 0 && total === 0
            ? [{ pointer: `/${first}`, label: wizard.titleOf(stepName), message: t.tickets.none }]
            : []
        }
      />
      {event.isPending && <Skeleton label={t.common.loading} lines={3} />}
      {event.isError && <ProblemAlert error={event.error} onRetry={() => event.refetch()} />}
      <form
        className="form-page"
        noValidate
        onSubmit={(submit) => {
          submit.preventDefault();
          setAttempt((count) => count + 1);
          if (total > 0) finish.run();
        }}
      >
        <ul className="ticket-choice">
          {event.data?.tickets.map((ticket) => (
            <TicketRow
              key={ticket.uid}
              ticket={ticket}
              held={held(ticket.uid)}
              quantity={chosen.find((one) => one.ticket === ticket.uid)?.quantity ?? 0}
              onChange={(quantity) => choose(ticket.uid, quantity)}
            />
          ))}
        </ul>
        <StepActions wizard={wizard} stepName={stepName} finish={finish} />
      </form>
    </>
  );
}

type TicketRowProps = {
  ticket: Ticket;
  held: number;
  quantity: number;
  onChange: (quantity: number) => void;
};

function TicketRow({ ticket, held, quantity, onChange }: TicketRowProps) {
  const { locale, messages: t } = useI18n();
  const text = useText();
  const name = text(ticket.name);
  // What this draft already holds is taken from the others' view, not from ours.
  const free = ticket.available === null ? Number.POSITIVE_INFINITY : ticket.available + held;
  const most = Math.min(ticket.max_per_order, free);
  const isOpen = ticket.on_sale && free > 0;
  return (
    <li className={`ticket-row${isOpen ? "" : " ticket-row-off"}`}>
      <div>
        <h2>{name}</h2>
        {text(ticket.description) && <p className="soft small">{text(ticket.description)}</p>}
        <p className="row small">
          <strong>
            {ticket.price_minor === 0
              ? t.event.free
              : formatMoney(ticket.price_minor, ticket.currency, locale)}
          </strong>
          <span className="soft">{t.tickets.atMost(ticket.max_per_order)}</span>
          {isOpen && ticket.available !== null && ticket.available < 10 && (
            <Badge tone="warn">{t.event.left(ticket.available)}</Badge>
          )}
        </p>
      </div>
      {isOpen || quantity > 0 ? (
        <QuantityField
          id={`answer-${ticket.uid}`}
          name={name}
          value={quantity}
          most={most}
          onChange={onChange}
        />
      ) : (
        <Badge tone="bad">{free <= 0 ? t.event.soldOut : t.event.notOnSale}</Badge>
      )}
    </li>
  );
}
