import { HttpResponse, http } from "msw";
import { problem } from "../problem";

function consentsOf() {
  return [
    {
      uid: "c0000000-0001-4c1e-9b3a-000000000001",
      purpose: "photography",
      title: { en: "You may take photographs of me" } as Record<string, string>,
      text_version: "2026-03",
      locale: "en",
      given_at: "2026-10-02T09:12:00Z",
      withdrawn_at: null as string | null,
      source: "registration",
      registration: "7d1f0a44-0001-4c1e-9b3a-000000000001",
    },
    {
      uid: "c0000000-0002-4c1e-9b3a-000000000002",
      purpose: "newsletter",
      title: {} as Record<string, string>,
      text_version: "2025-11",
      locale: "hi",
      given_at: "2026-01-14T17:45:00Z",
      withdrawn_at: "2026-05-01T08:00:00Z" as string | null,
      source: "registration",
      registration: null,
    },
  ];
}

/** What the API tells people about their own data. */
export class FakePrivacy {
  consents = consentsOf();

  reset(): void {
    this.consents = consentsOf();
  }

  private withdraw(consent: unknown): Response {
    const found = this.consents.find(({ uid }) => uid === consent);
    if (!found) return problem({ status: 404, slug: "not-found" });
    found.withdrawn_at = "2026-11-20T12:00:00Z";
    return HttpResponse.json({ ...found });
  }

  private zip(): Response {
    return HttpResponse.arrayBuffer(new ArrayBuffer(4), {
      headers: { "Content-Type": "application/zip" },
    });
  }

  private accepted(): Response {
    const uid = "e5000000-0001-4c1e-9b3a-000000000001";
    return HttpResponse.json({ uid, state: "requested" }, { status: 202 });
  }

  readonly handlers = [
    http.get("*/api/v1/me/consents", () => HttpResponse.json(this.consents)),
    http.post("*/api/v1/me/consents/:consent/withdraw", ({ params }) =>
      this.withdraw(params.consent),
    ),
    http.post("*/api/v1/me/data-export", () => this.zip()),
    http.post("*/api/v1/me/erasure", async ({ request }) => {
      const { password } = (await request.json()) as { password?: string };
      return password === "wrong"
        ? problem({ status: 401, slug: "wrong-credentials" })
        : this.accepted();
    }),
    http.get("*/api/v1/registrations/:uid/consents", () => HttpResponse.json(this.consents)),
    http.post("*/api/v1/registrations/:uid/consents", async ({ request }) => {
      const body = (await request.json()) as {
        purpose: string;
        text_version: string;
        locale: string;
      };
      const consent = {
        ...body,
        title: {},
        uid: `c0000000-0009-4c1e-9b3a-00000000000${this.consents.length}`,
        given_at: "2026-11-20T11:00:00Z",
        withdrawn_at: null,
        source: "app",
        registration: "7d1f0a44-0001-4c1e-9b3a-000000000001",
      };
      this.consents = [consent, ...this.consents];
      return HttpResponse.json(consent, { status: 201 });
    }),
    http.post("*/api/v1/registrations/:uid/consents/:consent/withdraw", ({ params }) =>
      this.withdraw(params.consent),
    ),
    http.post("*/api/v1/registrations/:uid/data-export", () => this.zip()),
    http.post("*/api/v1/registrations/:uid/erasure", () => this.accepted()),
  ];
}
