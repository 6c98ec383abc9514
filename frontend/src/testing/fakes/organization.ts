import { HttpResponse, http } from "msw";
import type { Grant } from "@/lib/api/types";
import { noContent, problem } from "../problem";

function grantsOf() {
  return [
    {
      uid: "64000000-0001-4c1e-9b3a-000000000001",
      email: "staff@example.org",
      name: "Meera Staff" as string | null,
      role: "administrator",
      expires_at: null as string | null,
      state: "active",
      created_at: "2026-01-04T10:00:00Z",
    },
    {
      uid: "64000000-0002-4c1e-9b3a-000000000002",
      email: "joseph@example.org",
      name: "Joseph Mathew",
      role: "data-steward",
      expires_at: "2027-03-31T18:29:59Z",
      state: "active",
      created_at: "2026-06-11T10:00:00Z",
    },
    {
      uid: "64000000-0003-4c1e-9b3a-000000000003",
      email: "lena@example.org",
      name: null,
      role: "front-desk",
      expires_at: null,
      state: "invited",
      created_at: "2026-11-18T10:00:00Z",
    },
  ];
}

function keysOf() {
  return [
    {
      uid: "4e000000-0001-4c1e-9b3a-000000000001",
      key_id: "k4t9wz2m",
      name: "Website",
      permissions: ["event:read", "registration:create"],
      networks: ["203.0.113.0/24"],
      created_at: "2026-02-01T10:00:00Z",
      expires_at: "2027-02-01T10:00:00Z" as string | null,
      revoked_at: null as string | null,
      last_used_at: "2026-11-20T09:58:00Z" as string | null,
      replaced_by: null as string | null,
    },
    {
      uid: "4e000000-0002-4c1e-9b3a-000000000002",
      key_id: "p8s3vd6q",
      name: "Old check-in app",
      permissions: ["registration:read"],
      networks: [],
      created_at: "2025-02-01T10:00:00Z",
      expires_at: null,
      revoked_at: "2026-01-01T10:00:00Z",
      last_used_at: null,
      replaced_by: null,
    },
  ];
}

function requestsOf() {
  return [
    {
      uid: "5a000000-0001-4c1e-9b3a-000000000001",
      reference: "5A00-0001",
      created_at: "2026-11-20T09:41:00Z",
      subject: "I cannot come on the first day",
      message: "May I arrive one day later?\nThank you.",
      email: "asha@example.org",
      name: "Asha Kulkarni",
      registration: "7d1f0a44-0001-4c1e-9b3a-000000000001" as string | null,
      confirmation_number: "GYL-7K3M-29" as string | null,
      state: "sent",
      ticket: 4711 as number | null,
      error: null as string | null,
    },
    {
      uid: "5a000000-0002-4c1e-9b3a-000000000002",
      reference: "5A00-0002",
      created_at: "2026-11-19T17:02:00Z",
      subject: "Vegan food",
      message: "Is there vegan food?",
      email: "ravi@example.org",
      name: "",
      registration: null,
      confirmation_number: null,
      state: "waiting",
      ticket: null,
      error: null,
    },
    {
      uid: "5a000000-0003-4c1e-9b3a-000000000003",
      reference: "5A00-0003",
      created_at: "2026-11-18T11:20:00Z",
      subject: "Invoice",
      message: "Please send an invoice.",
      email: "office@example.org",
      name: "Meera",
      registration: null,
      confirmation_number: null,
      state: "failed",
      ticket: null,
      error: "The help desk refused it.",
    },
  ];
}

type Policy = {
  second_factor_required: boolean;
  allowed_networks: string[];
  denied_networks: string[];
};

const NO_RULES: Policy = {
  second_factor_required: false,
  allowed_networks: [],
  denied_networks: [],
};

/** What administrators of an organization see and change. The caller's own address is 192.0.2.7. */
export class FakeOrganization {
  grants = grantsOf();
  keys = keysOf();
  policy = NO_RULES;
  requests = requestsOf();

  /** What roles were given in, and one centre below the first of them. */
  reachable(grants: readonly Grant[]) {
    const [first] = grants;
    const below = first && {
      organization: {
        uid: "0c0f0a44-0003-4c1e-9b3a-000000000003",
        name: "Sahaya Nashik",
        slug: "sahaya-nashik",
      },
      permissions: first.permissions,
    };
    return [...grants, ...(below ? [below] : [])].map(({ organization, permissions }) => ({
      ...organization,
      kind: "organization",
      home_region: "local",
      permissions,
    }));
  }

  reset(): void {
    this.requests = requestsOf();
    this.grants = grantsOf();
    this.keys = keysOf();
    this.policy = NO_RULES;
  }

  private made(from: Partial<ReturnType<typeof keysOf>[number]>): Response {
    const key = {
      ...(keysOf()[0] as ReturnType<typeof keysOf>[number]),
      ...from,
      uid: `4e000000-0009-4c1e-9b3a-00000000000${this.keys.length}`,
      key_id: "n3w0n3",
      last_used_at: null,
    };
    this.keys = [key, ...this.keys];
    return HttpResponse.json(
      { api_key: key, key: "prs_test_n3w0n3_3f9c1d7e2b8a4c6f" },
      { status: 201 },
    );
  }

  readonly handlers = [
    http.get("*/api/v1/organizations/:organization/grants", () => HttpResponse.json(this.grants)),
    http.post("*/api/v1/organizations/:organization/grants", async ({ request }) => {
      const body = (await request.json()) as { email: string; role: string; expires_at?: string };
      if (body.email === "staff@example.org") return problem({ status: 403, slug: "own-grant" });
      const grant = {
        uid: "64000000-0009-4c1e-9b3a-000000000009",
        name: null,
        expires_at: null,
        ...body,
        state: "invited",
        created_at: "2026-11-20T10:00:00Z",
      };
      this.grants = [...this.grants, grant];
      return HttpResponse.json(grant, { status: 201 });
    }),
    http.delete("*/api/v1/organizations/:organization/grants/:grant", ({ params }) => {
      this.grants = this.grants.filter(({ uid }) => uid !== params.grant);
      return noContent();
    }),
    http.get("*/api/v1/organizations/:organization/api-keys", () => HttpResponse.json(this.keys)),
    http.post("*/api/v1/organizations/:organization/api-keys", async ({ request }) =>
      this.made({ expires_at: null, ...((await request.json()) as object) }),
    ),
    http.post("*/api/v1/organizations/:organization/api-keys/:key/rotate", ({ params }) => {
      const old = this.keys.find(({ uid }) => uid === params.key);
      if (!old) return problem({ status: 404, slug: "not-found" });
      old.replaced_by = "4e000000-0009-4c1e-9b3a-000000000009";
      return this.made({ name: old.name, permissions: old.permissions });
    }),
    http.delete("*/api/v1/organizations/:organization/api-keys/:key", ({ params }) => {
      for (const key of this.keys)
        if (key.uid === params.key) key.revoked_at = "2026-11-20T10:00:00Z";
      return noContent();
    }),
    http.get("*/api/v1/organizations/:organization/access-policy", () =>
      HttpResponse.json(this.policy),
    ),
    http.put("*/api/v1/organizations/:organization/access-policy", async ({ request }) => {
      const policy = (await request.json()) as Policy;
      const isOut =
        policy.allowed_networks.length > 0 && !policy.allowed_networks.includes("192.0.2.0/24");
      if (isOut) {
        const error = {
          pointer: "/allowed_networks",
          code: "own-address",
          message: "Your own address, 192.0.2.7, is not among them.",
        };
        return problem({ status: 422, slug: "validation-failed", errors: [error] });
      }
      this.policy = policy;
      return HttpResponse.json(policy);
    }),
    http.get("*/api/v1/organizations/:organization/support-requests", ({ request }) => {
      const start = Number(new URL(request.url).searchParams.get("cursor") ?? 0);
      const next = start + 2 < this.requests.length ? String(start + 2) : null;
      return HttpResponse.json({ items: this.requests.slice(start, start + 2), next_cursor: next });
    }),
    http.post("*/api/v1/support-requests", () =>
      HttpResponse.json({ uid: "5a000000-0001-4c1e-9b3a-000000000001" }, { status: 202 }),
    ),
  ];
}
