import { type DefaultBodyType, HttpResponse, http, type StrictRequest } from "msw";
import type { Me, Registration, SaveStep, StepState } from "@/lib/api/types";
import {
  fieldsOfDocument,
  isMasked,
  maskedText,
  readDocument,
  type ServedDocument,
} from "@/lib/document";
import {
  categories,
  events,
  filtersOf,
  flow,
  HISTORY,
  IDS,
  newRegistration,
  staffRegistrations,
} from "./data";
import { FakeAccounts, TOKEN } from "./fakes/accounts";
import { FakeLetters } from "./fakes/letters";
import { FakeMigration } from "./fakes/migration";
import { FakeOrganization } from "./fakes/organization";
import { FakeOversight } from "./fakes/oversight";
import { FakePrivacy } from "./fakes/privacy";
import { problem, type Refusal } from "./problem";

export type Call = { method: string; path: string; query: string; headers: Headers; body: unknown };

const QR =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 21 21"><path d="M0 0h7v7H0zM14 0h7v7h-7zM0 14h7v7H0zM9 2h2v3H9zM9 9h4v4H9zM15 9h2v2h-2zM9 15h3v2H9zM14 14h2v5h-2zM18 16h3v3h-3z"/></svg>';

const SENSITIVE = new Set(
  Object.values(flow.forms).flatMap(({ source }) =>
    fieldsOfDocument(readDocument(source as unknown as ServedDocument)).flatMap((field) =>
      field.sensitive ? [field.name] : [],
    ),
  ),
);

export const ADMINISTRATOR = [
  "api-key:manage",
  "audit:read",
  "event:read",
  "organization:manage",
  "privacy:manage",
  "registration:create",
  "registration:export",
  "registration:read",
  "role:manage",
] as const;

/** The API in memory, as far as the app uses it: revisions, sealed answers and problems behave like the real ones. */
export class FakeApi {
  registration: Registration | null = null;
  sealed: Record<string, unknown> = {};
  me: Me | null = null;
  calls: Call[] = [];
  readonly organization = new FakeOrganization();
  readonly oversight = new FakeOversight();
  readonly privacy = new FakePrivacy();
  readonly letters = new FakeLetters();
  readonly migration = new FakeMigration((part) => {
    this.change(part);
    return this.registration;
  });
  readonly accounts = new FakeAccounts(() => {
    if (!this.me) this.staff();
  });
  /** Answers that the next save keeps out, with the reason. */
  unstored: StepState["problems"] = [];
  private refusals: { method: string; path: RegExp; answer: () => Response }[] = [];

  reset(): void {
    this.registration = null;
    this.sealed = {};
    this.me = null;
    this.calls = [];
    this.unstored = [];
    this.refusals = [];
    this.accounts.reset();
    this.privacy.reset();
    this.letters.reset();
    this.migration.reset();
    this.oversight.reset();
    this.organization.reset();
  }

  /** The next matching request is refused like this. */
  refuseNext(method: string, path: RegExp, refusal: Refusal | "offline"): void {
    const answer = () => (refusal === "offline" ? HttpResponse.error() : problem(refusal));
    this.refusals.push({ method, path, answer });
  }

  begin(part: Partial<Registration> = {}): Registration {
    this.registration = { ...newRegistration(), ...part };
    return this.registration;
  }

  staff(permissions: readonly string[] = ADMINISTRATOR): void {
    const organization = { uid: IDS.organization, name: "Sahaya Foundation", slug: "sahaya" };
    const second = {
      uid: "0c0f0a44-0002-4c1e-9b3a-000000000002",
      name: "Sahaya Pune",
      slug: "sahaya-pune",
    };
    this.me = {
      uid: "ac000000-0001-4c1e-9b3a-000000000001",
      email: "staff@example.org",
      name: "Meera Staff",
      grants: [
        {
          organization,
          role: "administrator",
          permissions: [...permissions],
          second_factor_needed: false,
        },
        {
          organization: second,
          role: "front-desk",
          permissions: ["registration:read"],
          second_factor_needed: false,
        },
      ],
    };
  }

  callsTo(method: string, path: RegExp): Call[] {
    return this.calls.filter((call) => call.method === method && path.test(call.path));
  }

  readonly handlers = [
    http.all("*/api/v1/*", async ({ request }) => {
      const { pathname, search: query } = new URL(request.url);
      const path = pathname.replace("/api/v1", "");
      this.calls.push({
        method: request.method,
        path,
        query,
        headers: request.headers,
        body: await bodyOf(request),
      });
      const at = this.refusals.findIndex(
        (one) => one.method === request.method && one.path.test(path),
      );
      if (at >= 0) return this.refusals.splice(at, 1)[0]?.answer();
      return undefined;
    }),
    http.get("*/api/v1/events", ({ request }) =>
      this.listEvents(new URL(request.url).searchParams),
    ),
    http.get("*/api/v1/event-categories", () => HttpResponse.json(categories)),
    http.get("*/api/v1/events/:event", ({ params }) => {
      const found = events.find(({ uid, slug }) => params.event === uid || params.event === slug);
      return found ? HttpResponse.json(found) : problem({ status: 404, slug: "not-found" });
    }),
    http.post("*/api/v1/registrations/resume", async ({ request }) => {
      const { token } = (await request.json()) as { token: string };
      if (token !== "good-token") return problem({ status: 404, slug: "not-found" });
      return HttpResponse.json({
        registration: this.registration ?? this.begin(),
        token: "guest-token-2",
      });
    }),
    http.post("*/api/v1/registrations", () =>
      HttpResponse.json({ registration: this.begin(), token: "guest-token" }, { status: 201 }),
    ),
    http.get("*/api/v1/registrations/:uid", () => this.answer()),
    http.get("*/api/v1/registrations/:uid/flow", () => {
      const uid = this.registration?.flow_version_uid ?? flow.flow.uid;
      return HttpResponse.json({ ...flow, flow: { ...flow.flow, uid } });
    }),
    http.put("*/api/v1/registrations/:uid/steps/:step", async ({ request, params }) => {
      return this.saveStep(
        request.headers.get("If-Match"),
        String(params.step),
        (await request.json()) as SaveStep,
      );
    }),
    http.post("*/api/v1/registrations/:uid/submit", ({ request }) =>
      this.submit(request.headers.get("If-Match")),
    ),
    http.post("*/api/v1/registrations/:uid/cancel", () => {
      this.change({ state: "cancelled", cancelled_at: new Date().toISOString() });
      return this.answer();
    }),
    http.post("*/api/v1/registrations/:uid/resume-links", () =>
      HttpResponse.json(
        { url: "http://localhost:3000/resume#good-token", expires_at: "2026-11-20T10:00:00Z" },
        { status: 201 },
      ),
    ),
    http.get("*/api/v1/registrations/:uid/qr.svg", () => HttpResponse.xml(QR)),
    http.post("*/api/v1/registrations/:uid/claim", () => this.answer()),
    http.post("*/api/v1/auth/refresh", () =>
      this.me ? HttpResponse.json(TOKEN) : problem({ status: 401, slug: "unauthenticated" }),
    ),
    ...this.accounts.handlers,
    ...this.letters.handlers,
    http.put("*/api/v1/registrations/:uid/changes", async ({ request }) =>
      this.changeConfirmed(
        request.headers.get("If-Match"),
        (await request.json()) as { steps: Record<string, SaveStep> },
      ),
    ),
    ...this.privacy.handlers,
    ...this.migration.handlers,
    ...this.oversight.handlers,
    ...this.organization.handlers,
    http.delete("*/api/v1/auth/sessions/current", () => new HttpResponse(null, { status: 204 })),
    http.get("*/api/v1/me", () =>
      this.me ? HttpResponse.json(this.me) : problem({ status: 401, slug: "unauthenticated" }),
    ),
    http.get("*/api/v1/me/registrations", () =>
      HttpResponse.json(this.registration ? [this.registration] : []),
    ),
    http.get("*/api/v1/organizations", () =>
      HttpResponse.json(this.me ? this.organization.reachable(this.me.grants) : []),
    ),
    http.get("*/api/v1/organizations/:uid/events", () =>
      HttpResponse.json({ items: events, next_cursor: null }),
    ),
    http.get("*/api/v1/organizations/:uid/registrations", ({ request }) =>
      this.listStaff(new URL(request.url).searchParams),
    ),
    http.get("*/api/v1/organizations/:uid/registrations/filters", ({ request }) =>
      HttpResponse.json(filtersOf(new URL(request.url).searchParams.get("event"))),
    ),
    http.get("*/api/v1/registrations/:uid/history", () => HttpResponse.json(HISTORY)),
    http.get("*/api/v1/organizations/:uid/registrations/export", () =>
      HttpResponse.text("uid,name\n", { headers: { "Content-Type": "text/csv" } }),
    ),
    http.post("*/api/v1/forms/import", () =>
      problem({ status: 422, slug: "sheet-invalid", extra: { problems: SHEET_PROBLEMS } }),
    ),
  ];

  private listEvents(query: URLSearchParams): Response {
    const q = (query.get("q") ?? "").toLowerCase();
    const category = query.get("category");
    const found = events.filter(
      (event) =>
        (event.title.en ?? "").toLowerCase().includes(q) &&
        (!category || event.category?.slug === category),
    );
    const start = Number(query.get("cursor") ?? 0);
    const size = Math.min(Number(query.get("limit") ?? 12), 4);
    const next = start + size < found.length ? String(start + size) : null;
    return HttpResponse.json({ items: found.slice(start, start + size), next_cursor: next });
  }

  private listStaff(query: URLSearchParams): Response {
    const q = (query.get("q") ?? "").toLowerCase();
    const state = query.get("state");
    const items = staffRegistrations.filter(
      (row) =>
        `${row.name} ${row.email}`.toLowerCase().includes(q) && (!state || row.state === state),
    );
    return HttpResponse.json({ items, next_cursor: null });
  }

  private answer(): Response {
    return this.registration
      ? HttpResponse.json(this.registration)
      : problem({ status: 404, slug: "not-found" });
  }

  private isStale(match: string | null): boolean {
    return match !== `"${this.registration?.revision}"`;
  }

  change(part: Partial<Registration>): void {
    if (!this.registration) this.begin();
    const current = this.registration ?? newRegistration();
    this.registration = { ...current, ...part, revision: current.revision + 1 };
  }

  /** What another device saves meanwhile. */
  changeElsewhere(step: string, answers: Record<string, unknown>): void {
    const before = this.registration?.steps[step];
    const state: StepState = {
      status: "saved",
      answers: { ...before?.answers, ...answers },
      problems: [],
    };
    this.change({ steps: { ...this.registration?.steps, [step]: state } });
  }

  private saveStep(match: string | null, step: string, body: SaveStep): Response {
    if (this.isStale(match)) return problem({ status: 412, slug: "precondition-failed" });
    const answers = this.sealing(body.answers ?? {});
    const problems = this.unstored.splice(0);
    for (const { pointer } of problems) delete answers[pointer.replace("/answers/", "")];
    const state: StepState = { status: body.complete ? "complete" : "saved", answers, problems };
    const part: Partial<Registration> = {
      steps: { ...this.registration?.steps, [step]: state },
    };
    if (body.tickets) {
      const held_until = new Date(Date.now() + 15 * 60_000).toISOString();
      part.tickets = body.tickets.map((one) => ({ ...one, state: "held", held_until }));
    }
    if (body.attendees) {
      part.attendees = body.attendees.map(({ ticket, name, email = "" }, index) => ({
        uid: `person-${index}`,
        ticket,
        name,
        email,
        state: "planned",
      }));
    }
    this.change(part);
    return this.answer();
  }

  private changeConfirmed(
    match: string | null,
    body: { steps: Record<string, SaveStep> },
  ): Response {
    if (this.isStale(match)) return problem({ status: 412, slug: "precondition-failed" });
    for (const [step, { answers }] of Object.entries(body.steps)) {
      if (answers) this.changeElsewhere(step, answers);
    }
    return this.answer();
  }

  private sealing(answers: Record<string, unknown>): Record<string, unknown> {
    const shown: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(answers)) {
      if (!SENSITIVE.has(name) || isMasked(value)) shown[name] = value;
      else {
        this.sealed[name] = value;
        shown[name] = { masked: maskedText(String(value)) };
      }
    }
    return shown;
  }

  private submit(match: string | null): Response {
    if (this.registration?.state === "draft") {
      if (this.isStale(match)) return problem({ status: 412, slug: "precondition-failed" });
      this.change({
        state: "confirmed",
        confirmation_number: "GYL-7K3M-29",
        submitted_at: new Date().toISOString(),
      });
    }
    return this.answer();
  }
}

async function bodyOf(request: StrictRequest<DefaultBodyType>): Promise<unknown> {
  // jsdom's File is not one that Node's fetch can read.
  if (request.headers.get("Content-Type")?.startsWith("multipart/")) return "multipart";
  const text = await request.clone().text();
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return text;
  }
}

const SHEET_PROBLEMS = [
  {
    sheet: "survey",
    row: 7,
    column: "relevant",
    code: "unknown_name",
    severity: "error",
    message: "There is no field called “agee”.",
  },
  {
    sheet: "choices",
    row: 3,
    column: "label",
    code: "missing",
    severity: "warning",
    message: "No Hindi label.",
  },
];

export const fake = new FakeApi();
