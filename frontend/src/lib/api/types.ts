import type { components } from "@/generated/schema";

type Schemas = components["schemas"];

/** A text by locale. */
export type LocalizedText = { [locale: string]: string };
export type ProblemDocument = Schemas["ProblemDocument"];
export type EventSummary = Schemas["EventSummary"];
export type EventDetail = Schemas["EventOut"];
export type EventImage = Schemas["ImageOut"];
export type Ticket = Schemas["TicketOut"];
export type Category = Schemas["CategoryOut"];
export type Flow = Schemas["FlowOut"];
export type FlowStep = Schemas["FlowStepOut"];
export type Registration = Schemas["RegistrationOut"];
export type MyRegistration = Schemas["MyRegistration"];
export type StepState = Schemas["StepOut"];
export type SaveStep = Schemas["StepSaveIn"];
export type TicketSelection = Schemas["SeatIn"];
export type AttendeeInput = Schemas["AttendeeIn"];
export type StartedRegistration = Schemas["RegistrationStarted"];
export type ResumeLink = Schemas["ResumeLink"];
export type Grant = Schemas["GrantOut"];
export type Me = Schemas["MeOut"];
export type Organization = Schemas["OrganizationOut"];
export type StaffRegistration = Schemas["StaffRegistration"];
export type SyncState = Schemas["SyncOut"];
export type ImportReport = Schemas["SheetImport"];
export type FormSummary = Schemas["FormSummary"];
export type SheetForm = Schemas["FormPreview"];
export type SheetPreview = Schemas["SheetPreview"];
export type SheetProblem = Schemas["SheetProblem"];

export type Page<Item> = { items: Item[]; next_cursor: string | null };
