import { HttpResponse, http } from "msw";
import { noContent, problem } from "../problem";

export const TOKEN = {
  access_token: "token",
  token_type: "Bearer",
  expires_in: 600,
  csrf_token: "c",
};
export const GOOD_PASSWORD = "correct horse battery";
export const GOOD_CODE = "123456";
export const GOOD_LINK = "good-link";

const QR =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 21 21"><path d="M0 0h7v7H0zM14 0h7v7h-7zM0 14h7v7H0zM9 2h2v3H9zM9 9h4v4H9zM15 9h2v2h-2zM9 15h3v2H9zM14 14h2v5h-2zM18 16h3v3h-3z"/></svg>';

const CODES = Array.from({ length: 10 }, (_, index) => `k7f2${index}-m3qx${index}`);

function sessionsOf() {
  return [
    {
      uid: "5e000000-0001-4c1e-9b3a-000000000001",
      created_at: "2026-11-20T08:00:00Z",
      last_used_at: "2026-11-20T10:40:00Z",
      expires_at: "2026-12-20T08:00:00Z",
      user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
      method: "password",
      second_factor: true,
      current: true,
    },
    {
      uid: "5e000000-0002-4c1e-9b3a-000000000002",
      created_at: "2026-11-02T17:10:00Z",
      last_used_at: "2026-11-18T06:05:00Z",
      expires_at: "2026-12-02T17:10:00Z",
      user_agent:
        "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile Safari/537.36",
      method: "password",
      second_factor: false,
      current: false,
    },
  ];
}

/** Accounts in memory: one password, one code, one link, and what hangs on them. */
export class FakeAccounts {
  providers: { slug: string; name: string }[] = [];
  factor = {
    enabled: false,
    confirmed_at: null as string | null,
    recovery_codes_left: 0,
    required: false,
  };
  sessions = sessionsOf();
  /** The sign-in is long ago: what guards the account asks for a confirmation first. */
  isStale = false;

  /** `signIn` is what a good password leads to. */
  constructor(private readonly signIn: () => void) {}

  reset(): void {
    this.providers = [];
    this.factor = { enabled: false, confirmed_at: null, recovery_codes_left: 0, required: false };
    this.sessions = sessionsOf();
    this.isStale = false;
  }

  turnOn(): void {
    this.factor = {
      ...this.factor,
      enabled: true,
      confirmed_at: "2026-10-01T09:00:00Z",
      recovery_codes_left: 10,
    };
  }

  readonly handlers = [
    http.post("*/api/v1/auth/sessions", async ({ request }) => {
      const { password } = (await request.json()) as { password: string };
      if (password !== GOOD_PASSWORD) return problem({ status: 401, slug: "wrong-credentials" });
      if (this.factor.enabled)
        return problem({
          status: 401,
          slug: "second-factor-needed",
          extra: { challenge: "challenge-1" },
        });
      this.signIn();
      return HttpResponse.json(TOKEN, { status: 201 });
    }),
    http.post("*/api/v1/auth/sessions/second-factor", async ({ request }) => {
      const { code } = (await request.json()) as { code: string };
      if (code !== GOOD_CODE && !CODES.includes(code))
        return problem({ status: 422, slug: "wrong-code" });
      this.signIn();
      return HttpResponse.json(TOKEN, { status: 201 });
    }),
    http.post("*/api/v1/auth/accounts", async ({ request }) => {
      const { password } = (await request.json()) as { password: string };
      if (password.startsWith("passwordpassword"))
        return problem({ status: 422, slug: "password-too-weak" });
      return HttpResponse.json({ status: "check-your-mail" }, { status: 202 });
    }),
    http.post("*/api/v1/auth/email-verifications", ({ request }) => this.verify(request)),
    http.post("*/api/v1/auth/email-verifications/resend", () =>
      HttpResponse.json({}, { status: 202 }),
    ),
    http.post("*/api/v1/auth/password-resets", () => HttpResponse.json({}, { status: 202 })),
    http.post("*/api/v1/auth/password-resets/confirm", ({ request }) => this.follow(request)),
    http.get("*/api/v1/auth/providers", () => HttpResponse.json(this.providers)),
    http.put("*/api/v1/me/password", async ({ request }) => {
      const { current_password } = (await request.json()) as { current_password: string };
      return current_password === GOOD_PASSWORD
        ? noContent()
        : problem({ status: 422, slug: "wrong-password" });
    }),
    http.get("*/api/v1/me/second-factor", () => HttpResponse.json(this.factor)),
    http.post("*/api/v1/me/second-factor", async ({ request }) => {
      const { password } = (await request.json()) as { password: string };
      if (password !== GOOD_PASSWORD) return problem({ status: 422, slug: "wrong-password" });
      const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
      return HttpResponse.json(
        { secret, uri: `otpauth://totp/x?secret=${secret}`, qr_svg: QR },
        { status: 201 },
      );
    }),
    http.post("*/api/v1/me/second-factor/confirm", ({ request }) =>
      this.withCode(request, () => {
        this.turnOn();
        return HttpResponse.json({ recovery_codes: CODES });
      }),
    ),
    http.post("*/api/v1/me/second-factor/recovery-codes", ({ request }) =>
      this.withCode(request, () => HttpResponse.json({ recovery_codes: CODES })),
    ),
    http.delete("*/api/v1/me/second-factor", ({ request }) =>
      this.withCode(request, () => {
        this.factor = { ...this.factor, enabled: false, confirmed_at: null };
        return noContent();
      }),
    ),
    http.get("*/api/v1/me/sessions", () => HttpResponse.json(this.sessions)),
    http.delete("*/api/v1/me/sessions", noContent),
    http.post("*/api/v1/me/confirmations", async ({ request }) => {
      const { password, code } = (await request.json()) as { password: string; code: string };
      if (password !== GOOD_PASSWORD) return problem({ status: 422, slug: "wrong-password" });
      if (this.factor.enabled && code !== GOOD_CODE)
        return problem({ status: 422, slug: "wrong-code" });
      this.isStale = false;
      return noContent();
    }),
    http.delete("*/api/v1/me/sessions/:session", ({ params }) => {
      if (this.isStale) {
        const ways = this.factor.enabled ? ["password", "code"] : ["password"];
        return problem({ status: 403, slug: "confirm-it-is-you", extra: { ways } });
      }
      this.sessions = this.sessions.filter(({ uid }) => uid !== params.session);
      return noContent();
    }),
  ];

  private async withCode(request: Request, then: () => Response): Promise<Response> {
    const { code } = (await request.json()) as { code: string };
    return code === GOOD_CODE ? then() : problem({ status: 422, slug: "wrong-code" });
  }

  private async verify(request: Request): Promise<Response> {
    const { token, password } = (await request.json()) as { token: string; password: string };
    if (token !== GOOD_LINK) return problem({ status: 422, slug: "link-not-valid" });
    return password === GOOD_PASSWORD
      ? noContent()
      : problem({ status: 422, slug: "not-your-password" });
  }

  private async follow(request: Request): Promise<Response> {
    const { token } = (await request.json()) as { token: string };
    return token === GOOD_LINK ? noContent() : problem({ status: 422, slug: "link-not-valid" });
  }
}
