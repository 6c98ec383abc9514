import type { components } from "@/generated/schema";

type Schemas = components["schemas"];

export type LocalizedText = Schemas["Text"];
export type ProblemDocument = Schemas["Problem"];
export type EventSummary = Schemas["EventSummary"];
export type EventDetail = Schemas["Event"];
export type Ticket = Schemas["Ticket"];
export type Category = Schemas["CategorySummary"];
export type Flow = Schemas["Flow"];
export type FlowStep = Schemas["FlowStep"];
export type Registration = Schemas["Registration"];
export type StepState = Schemas["StepState"];
export type SaveStep = Schemas["SaveStep"];
export type TicketSelection = Schemas["TicketSelection"];
export type AttendeeInput = Schemas["AttendeeInput"];
export type StartedRegistration = Schemas["StartedRegistration"];
export type ResumeLink = Schemas["ResumeLink"];
export type Me = Schemas["Me"];
export type Organization = Schemas["Organization"];
export type StaffRegistration = Schemas["StaffRegistration"];
export type SyncState = Schemas["SyncState"];
export type ImportReport = Schemas["ImportReport"];
export type SheetProblem = Schemas["SheetProblem"];

export type Page<Item> = { items: Item[]; next_cursor: string | null };
