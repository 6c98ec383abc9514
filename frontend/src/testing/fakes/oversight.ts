import { HttpResponse, http } from "msw";
import { staffRegistrations } from "../data";
import { problem } from "../problem";

const ORGANIZATION = "0c0f0a44-0001-4c1e-9b3a-000000000001";

const ACTIONS = [
  ["registration.confirmed", "anonymous", null],
  ["role.granted", "account", "Meera Staff"],
  ["sensitive.revealed", "account", "Joseph Mathew"],
  ["access-policy.changed", "account", "Meera Staff"],
  ["api-key.created", "account", "Meera Staff"],
] as const;

export const NOTE = "He stood at the door without papers.";
const DETAILS: Record<string, Record<string, string>> = {
  "role.granted": { role: "data-steward" },
  "sensitive.revealed": { reason: "other", note: "b6e545d0-b9ed-4cca-8794-ae04853b1db2" },
};

const auditEvents = ACTIONS.map(([action, kind, name], index) => ({
  uid: `ae000000-000${index}-4c1e-9b3a-000000000001`,
  sequence: index === 0 ? null : 1840 - index,
  occurred_at: `2026-11-20T1${4 - index}:05:00Z`,
  action,
  actor: { kind, uid: name && `ac000000-000${index}-4c1e-9b3a-000000000001`, name },
  subject: { type: action.split(".")[0], uid: ORGANIZATION },
  request_id: `req-${index}`,
  details: DETAILS[action] ?? {},
  sealed: index > 0,
}));

const seals = [
  {
    batch: 212,
    first: 1802,
    last: 1839,
    count: 38,
    sealed_at: "2026-11-20T14:04:00Z",
    digest: "9f2c4e8b71d05a3c6e1f8a9b2d4c7e0f9f2c4e8b71d05a3c6e1f8a9b2d4c7e0f",
    signature: "MEUCIQDk3v0s8rQmZ1xT2b",
    kid: "audit-2026-10",
  },
];

function erasuresOf() {
  return [
    {
      uid: "e5000000-0002-4c1e-9b3a-000000000002",
      state: "done",
      source: "self",
      requested_at: "2026-11-12T08:10:00Z",
      finished_at: "2026-11-12T08:11:20Z" as string | null,
      error: null as string | null,
      proof: {
        places: { registrations: 2, answers: 14, back_office: 2, sessions: 3 },
        digest: "4be1c2d7a90f",
      } as { places: Record<string, number>; digest: string } | null,
    },
    {
      uid: "e5000000-0003-4c1e-9b3a-000000000003",
      state: "failed",
      source: "staff",
      requested_at: "2026-11-20T09:00:00Z",
      finished_at: null,
      error: "The back office does not answer; tried again by itself.",
      proof: null,
    },
  ];
}

function rulesOf() {
  const rule = { own: false, since: "end of the event", default_days: 730, least: 30, most: 3650 };
  return [
    { ...rule, table: "registration", days: 730, adjustable: true },
    { ...rule, table: "audit_event", days: 3650, least: 3650, adjustable: false },
  ];
}

const register = [
  {
    kind: "table",
    name: "registration",
    purpose: "To run the program somebody registered for",
    categories: ["name", "e-mail"],
    sensitive: false,
    recipients: "Back office",
    retention: "730 days after the event",
  },
  {
    kind: "field",
    name: "=about_you.aadhaar",
    purpose: "To check the identity",
    categories: ["identity number"],
    sensitive: true,
    recipients: "",
    retention: "90 days after the event",
  },
];

/** What auditors, privacy officers and data stewards see. */
export class FakeOversight {
  erasures = erasuresOf();
  rules = rulesOf();

  reset(): void {
    this.erasures = erasuresOf();
    this.rules = rulesOf();
  }

  readonly handlers = [
    http.get("*/api/v1/organizations/:organization/audit-events", ({ request }) => {
      const action = new URL(request.url).searchParams.get("action") ?? "";
      const items = auditEvents.filter((event) => event.action.startsWith(action));
      return HttpResponse.json({ items, next_cursor: null });
    }),
    http.get("*/api/v1/organizations/:organization/audit-events/export", () =>
      HttpResponse.text("uid\n", { headers: { "Content-Type": "text/csv" } }),
    ),
    http.get("*/api/v1/registrations/:registration/reveal-notes/:note", () =>
      HttpResponse.json({ note: NOTE }),
    ),
    http.get("*/api/v1/organizations/:organization/audit-seals", () => HttpResponse.json(seals)),
    http.get("*/api/v1/organizations/:organization/erasures", () =>
      HttpResponse.json(this.erasures),
    ),
    http.post("*/api/v1/organizations/:organization/erasures", () => {
      const erasure = {
        uid: "e5000000-0009-4c1e-9b3a-000000000009",
        state: "requested",
        source: "staff",
        requested_at: "2026-11-20T12:00:00Z",
        finished_at: null,
        error: null,
        proof: null,
      };
      this.erasures = [erasure, ...this.erasures];
      return HttpResponse.json(erasure, { status: 202 });
    }),
    http.get("*/api/v1/organizations/:organization/retention", () =>
      HttpResponse.json({ rules: this.rules }),
    ),
    http.put("*/api/v1/organizations/:organization/retention", async ({ request }) => {
      const { rules } = (await request.json()) as { rules: { table: string; days: number }[] };
      this.rules = this.rules.map((rule) => ({
        ...rule,
        ...rules.find(({ table }) => table === rule.table),
      }));
      return HttpResponse.json({ rules: this.rules });
    }),
    http.get("*/api/v1/organizations/:organization/processing-register", () =>
      HttpResponse.json(register),
    ),
    http.post("*/api/v1/registrations/:registration/reveals", () =>
      HttpResponse.json({ value: "2345 6789 2346" }, { headers: { "Cache-Control": "no-store" } }),
    ),
    http.post(
      "*/api/v1/organizations/:organization/registrations/search-by-number",
      async ({ request }) => {
        const { identity, value } = (await request.json()) as { identity: string; value: string };
        if (identity === "aadhaar") return problem({ status: 409, slug: "number-not-kept" });
        const items = value === "M1234567" ? staffRegistrations.slice(0, 1) : [];
        return HttpResponse.json({ items });
      },
    ),
  ];
}
