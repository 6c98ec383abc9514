import { HttpResponse, http } from "msw";
import { problem } from "../problem";

const DEFAULT = {
  subject: "Confirmed: {{ event }}",
  body: "<p>Dear {{ name }}</p>",
};

/** Mails, mailings, and what participants may change. */
export class FakeLetters {
  allowed = {
    can_change: false,
    changes_until: null as string | null,
    editable: [] as string[],
    can_cancel: true,
    cancel_until: null as string | null,
  };
  template = { ...DEFAULT, source: "default", version: 0 };
  rules = {
    changes_until: null as string | null,
    cancel_until: null as string | null,
    editable: [] as string[],
    on_ticket: [] as string[],
    revision: 0,
  };
  mailings: Record<string, unknown>[] = [];

  reset(): void {
    const { allowed, template, rules, mailings } = new FakeLetters();
    Object.assign(this, { allowed, template, rules, mailings });
  }

  private shown(kind: unknown, locale: unknown): Response {
    return HttpResponse.json({
      kind,
      locale,
      ...this.template,
      saved_at: null,
      placeholders: ["event", "name", "number"],
    });
  }

  private save(words: { subject: string; body: string }): void {
    const version = this.template.version + 1;
    this.template = { ...words, source: "organization", version };
  }

  readonly handlers = [
    http.get("*/api/v1/registrations/:uid/allowed", () => HttpResponse.json(this.allowed)),
    http.post("*/api/v1/registrations/:uid/resend", () => new HttpResponse(null, { status: 204 })),
    http.get("*/api/v1/:area/:uid/mail-templates/:kind/:locale", ({ params }) =>
      this.shown(params.kind, params.locale),
    ),
    http.put("*/api/v1/:area/:uid/mail-templates/:kind/:locale", async ({ params, request }) => {
      this.save((await request.json()) as typeof DEFAULT);
      return this.shown(params.kind, params.locale);
    }),
    http.delete("*/api/v1/:area/:uid/mail-templates/:kind/:locale", ({ params }) => {
      this.template = { ...DEFAULT, source: "default", version: this.template.version + 1 };
      return this.shown(params.kind, params.locale);
    }),
    http.post("*/api/v1/:area/:uid/mail-templates/:kind/:locale/preview", async ({ request }) => {
      const { subject, body } = (await request.json()) as typeof DEFAULT;
      if (body.includes("{{ wrong }}"))
        return problem({
          status: 422,
          slug: "mail-template-invalid",
          errors: [
            { pointer: "/body", code: "placeholder", message: "Line 1, character 1: unknown." },
          ],
        });
      const filled = (text: string) => text.replaceAll("{{ name }}", "Asha Kulkarni");
      return HttpResponse.json({
        subject: filled(subject),
        body: filled(body),
        html: filled(body),
        text: filled(body).replaceAll(/<[^>]+>/g, ""),
      });
    }),
    http.post("*/api/v1/:area/:uid/mail-templates/:kind/:locale/trial", () =>
      HttpResponse.json({ to: "staff@example.org" }, { status: 202 }),
    ),
    http.get("*/api/v1/events/:uid/participant-rules", () => HttpResponse.json(this.rules)),
    http.put("*/api/v1/events/:uid/participant-rules", async ({ request }) => {
      const body = (await request.json()) as Partial<FakeLetters["rules"]>;
      this.rules = { ...this.rules, ...body, revision: this.rules.revision + 1 };
      return HttpResponse.json(this.rules);
    }),
    http.get("*/api/v1/organizations/:uid/mailings", () => HttpResponse.json(this.mailings)),
    http.post("*/api/v1/organizations/:uid/mailings", () => {
      const mailing = {
        uid: "ba000000-0001-4c1e-9b3a-000000000001",
        event: null,
        total: 4,
        sent: 1,
        waiting: 3,
        failed: 0,
        withdrawn: 0,
        created_at: "2026-11-20T10:00:00Z",
        stopped_at: null,
        seconds_left: 90,
      };
      this.mailings = [mailing];
      return HttpResponse.json(mailing, { status: 202 });
    }),
    http.post("*/api/v1/organizations/:uid/mailings/:mailing/stop", () => {
      this.mailings = this.mailings.map((one) => ({
        ...one,
        waiting: 0,
        withdrawn: 3,
        stopped_at: "2026-11-20T10:01:00Z",
      }));
      return HttpResponse.json(this.mailings[0]);
    }),
  ];
}
