import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { LinkButton } from "@/components/ui/Button";
import { Alert } from "@/components/ui/Feedback";
import { PageHeading } from "@/components/ui/PageHeading";
import { TextField } from "@/components/ui/TextField";
import { api, unwrap } from "@/lib/api/client";
import type { AttendeeInput, Registration } from "@/lib/api/types";
import { fieldsOfDocument } from "@/lib/document";
import { useMessages, useText } from "@/lib/i18n/i18n";
import { refusalOf } from "../draft/snapshot";
import { controlId } from "../form/context";
import { ErrorSummary, type SummaryEntry } from "../form/ErrorSummary";
import type { Wizard } from "../useWizard";
import { StepActions } from "./StepActions";
import { useFinishStep } from "./useFinishStep";
import "./steps.css";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** One row per held place, filled with what was given before, ticket by ticket. */
function rowsFor(
  tickets: Registration["tickets"],
  given: readonly AttendeeInput[],
): AttendeeInput[] {
  const left = [...given];
  return tickets.flatMap(({ ticket, quantity }) =>
    Array.from({ length: quantity }, () => {
      const at = left.findIndex((row) => row.ticket === ticket);
      const [row] = at >= 0 ? left.splice(at, 1) : [];
      return row ?? { ticket, name: "", email: "" };
    }),
  );
}

/** What the forms before have asked of the registrant, to spare them the first row. */
function registrantOf(wizard: Wizard): { name: string; email: string } {
  const found = { name: "", email: "" };
  for (const [step, program] of Object.entries(wizard.programs)) {
    for (const field of fieldsOfDocument(program.document)) {
      const value = wizard.values[step]?.[field.name];
      if (typeof value !== "string") continue;
      if (field.maps_to === "registrant.name") found.name = value;
      if (field.maps_to === "registrant.email") found.email = value;
    }
  }
  return found;
}

export default function AttendeesStep({ wizard, stepName }: { wizard: Wizard; stepName: string }) {
  const t = useMessages();
  const text = useText();
  const { registration } = wizard.snapshot;
  const finish = useFinishStep(wizard, stepName);
  const [attempt, setAttempt] = useState(0);
  const event = useQuery({
    queryKey: ["event", registration.event.uid],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/events/{event}", { params: { path: { event: registration.event.uid } } }),
      ),
  });
  const given = (wizard.values[stepName]?.attendees ?? []) as AttendeeInput[];
  const rows = rowsFor(registration.tickets, given);
  const registrant = registrantOf(wizard);
  if (given.length === 0 && rows[0])
    rows[0] = { ...rows[0], name: registrant.name, email: registrant.email };

  const change = (index: number, part: Partial<AttendeeInput>) =>
    wizard.change(
      stepName,
      ["attendees"],
      rows.map((row, other) => (other === index ? { ...row, ...part } : row)),
    );

  const errors = new Map<string, SummaryEntry>();
  const note = (pointer: string, label: string, message: string) =>
    errors.set(pointer, { pointer, label, message });
  if (attempt > 0) {
    rows.forEach((row, index) => {
      const person = t.attendees.one(index + 1);
      if (!row.name.trim()) note(`/attendees/${index}/name`, person, t.attendees.nameMissing);
      if (row.email && !EMAIL.test(row.email))
        note(`/attendees/${index}/email`, person, t.errors.email);
    });
  }
  for (const { pointer, message } of refusalOf(wizard.snapshot, stepName, wizard.steps)) {
    note(
      pointer.startsWith("/attendees") ? pointer : `/attendees${pointer}`,
      wizard.titleOf(stepName),
      message,
    );
  }
  const ticketName = (uid: string) =>
    text(event.data?.tickets.find((one) => one.uid === uid)?.name);
  const tickets = wizard.steps.find((step) => step.kind === "tickets");

  return (
    <>
      <div className="stack-s">
        <PageHeading title={wizard.titleOf(stepName)} focusKey={stepName} />
        <p className="lead">{t.attendees.lead}</p>
      </div>
      <ErrorSummary entries={[...errors.values()]} attempt={attempt} />
      {rows.length === 0 && (
        <Alert
          tone="warn"
          title={t.attendees.noTickets}
          actions={
            tickets && (
              <LinkButton to={wizard.pathTo(tickets.name)}>{t.tickets.backToTickets}</LinkButton>
            )
          }
        />
      )}
      <form
        className="form-page"
        noValidate
        onSubmit={(submit) => {
          submit.preventDefault();
          setAttempt((count) => count + 1);
          const isFine = rows.every(
            (row) => row.name.trim() && (!row.email || EMAIL.test(row.email)),
          );
          if (!isFine || rows.length === 0) return;
          wizard.change(stepName, ["attendees"], rows);
          finish.run();
        }}
      >
        {rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is a place, not yet a person
          <fieldset key={index} className="group">
            <legend>{t.attendees.one(index + 1)}</legend>
            {ticketName(row.ticket) && <p className="soft small">{ticketName(row.ticket)}</p>}
            <TextField
              id={controlId(`/attendees/${index}/name`)}
              label={t.attendees.name}
              value={row.name}
              isRequired
              autoComplete={index === 0 ? "name" : "off"}
              error={errors.get(`/attendees/${index}/name`)?.message}
              onChange={(name) => change(index, { name })}
            />
            <TextField
              id={controlId(`/attendees/${index}/email`)}
              label={t.attendees.email}
              hint={t.attendees.emailHint}
              value={row.email ?? ""}
              inputMode="email"
              autoComplete={index === 0 ? "email" : "off"}
              error={errors.get(`/attendees/${index}/email`)?.message}
              onChange={(email) => change(index, { email })}
            />
          </fieldset>
        ))}
        <StepActions wizard={wizard} stepName={stepName} finish={finish} />
      </form>
    </>
  );
}
