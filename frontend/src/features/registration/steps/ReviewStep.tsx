import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { AnswerList } from "@/components/answers/AnswerList";
import { Alert } from "@/components/ui/Feedback";
import { PageHeading } from "@/components/ui/PageHeading";
import { api, unwrap } from "@/lib/api/client";
import type { ProblemError } from "@/lib/api/problem";
import type { AttendeeInput, FlowStep, TicketSelection } from "@/lib/api/types";
import { useMessages, useText } from "@/lib/i18n/i18n";
import type { Wizard } from "../useWizard";
import { HoldCountdown } from "./HoldCountdown";
import { ServerFindings } from "./ServerFindings";
import { StepActions } from "./StepActions";
import { useFinishStep } from "./useFinishStep";
import "./steps.css";

/** All answers of all steps, each with the way back to it, and the submit. */
export default function ReviewStep({ wizard, stepName }: { wizard: Wizard; stepName: string }) {
  const t = useMessages();
  const finish = useFinishStep(wizard, stepName);
  const [attempt, setAttempt] = useState(0);
  const { refused, registration } = wizard.snapshot;
  const before = wizard.steps.slice(
    0,
    wizard.steps.findIndex(({ name }) => name === stepName),
  );
  const open = before.filter((step) => !wizard.isComplete(step.name));
  const findings: readonly ProblemError[] = refused?.isFinal ? refused.errors : [];

  return (
    <>
      <div className="stack-s">
        <PageHeading title={wizard.titleOf(stepName)} focusKey={stepName} />
        <p className="lead">{t.review.lead}</p>
      </div>
      <HoldCountdown tickets={registration.tickets} />
      {open.length > 0 && (
        <Alert tone="warn" live={attempt > 0} title={t.review.incompleteTitle}>
          <ul>
            {open.map((step) => (
              <li key={step.name}>
                <Link to={wizard.pathTo(step.name)}>
                  {t.review.incomplete(wizard.titleOf(step.name))}
                </Link>
              </li>
            ))}
          </ul>
        </Alert>
      )}
      {findings.length > 0 && <ServerFindings wizard={wizard} findings={findings} />}
      {before.map((step) => (
        <ReviewSection key={step.name} wizard={wizard} step={step} />
      ))}
      <form
        className="form-page"
        onSubmit={(submit) => {
          submit.preventDefault();
          setAttempt((count) => count + 1);
          if (open.length === 0) finish.run();
        }}
      >
        <StepActions wizard={wizard} stepName={stepName} finish={finish} />
      </form>
    </>
  );
}

function ReviewSection({ wizard, step }: { wizard: Wizard; step: FlowStep }) {
  const t = useMessages();
  const program = wizard.programs[step.name];
  const values = wizard.values[step.name] ?? {};
  const title = wizard.titleOf(step.name);
  return (
    <section className="review-section" aria-label={title}>
      <div className="row between">
        <h2>{title}</h2>
        <Link
          to={wizard.pathTo(step.name)}
          className="review-edit"
          aria-label={t.review.editStep(title)}
        >
          {t.review.edit}
        </Link>
      </div>
      {program && (
        <AnswerList
          program={program}
          answers={values}
          timezone={wizard.snapshot.registration.clock.timezone}
        />
      )}
      {step.kind === "tickets" && (
        <TicketSummary wizard={wizard} tickets={(values.tickets ?? []) as TicketSelection[]} />
      )}
      {step.kind === "attendees" && (
        <PeopleSummary people={(values.attendees ?? []) as AttendeeInput[]} />
      )}
    </section>
  );
}

function TicketSummary({
  wizard,
  tickets,
}: {
  wizard: Wizard;
  tickets: readonly TicketSelection[];
}) {
  const text = useText();
  const event = wizard.snapshot.registration.event.uid;
  const { data } = useQuery({
    queryKey: ["event", event],
    queryFn: () => unwrap(api.GET("/api/v1/events/{event}", { params: { path: { event } } })),
  });
  return (
    <ul className="plain-list">
      {tickets.map(({ ticket, quantity }) => (
        <li key={ticket}>
          {quantity} × {text(data?.tickets.find((one) => one.uid === ticket)?.name) || "…"}
        </li>
      ))}
    </ul>
  );
}

function PeopleSummary({ people }: { people: readonly AttendeeInput[] }) {
  return (
    <ul className="plain-list">
      {people.map((person, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two people may have one name
        <li key={index}>
          {person.name}
          {person.email && <span className="soft"> · {person.email}</span>}
        </li>
      ))}
    </ul>
  );
}
