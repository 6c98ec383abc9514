// What the server keeps of a step, and what is sent to it: answers with the step, tickets and people beside the steps.
import type { FlowStep, Registration, SaveStep } from "@/lib/api/types";
import type { Answers } from "@/lib/document";

type Kind = FlowStep["kind"] | undefined;

/** A step's answers as the server last showed them. */
export function storedValues(step: string, kind: Kind, registration: Registration): Answers {
  if (kind === "tickets") {
    return {
      tickets: registration.tickets.map(({ ticket, quantity }) => ({ ticket, quantity })),
    };
  }
  if (kind === "attendees") {
    return {
      attendees: registration.attendees.map(({ ticket, name, email }) => ({ ticket, name, email })),
    };
  }
  return registration.steps[step]?.answers ?? {};
}

export function bodyOf(kind: Kind, values: Answers, complete: boolean): SaveStep {
  if (kind === "tickets")
    return { complete, tickets: (values.tickets ?? []) as NonNullable<SaveStep["tickets"]> };
  if (kind === "attendees") {
    return {
      complete,
      attendees: (values.attendees ?? []) as NonNullable<SaveStep["attendees"]>,
    };
  }
  return kind === "form" ? { complete, answers: values } : { complete };
}
