import type { components } from "@/generated/schema";
import { api, unwrap } from "@/lib/api/client";
import { pendingCall } from "@/lib/api/pending";

export type Token = { access_token: string };
export type Provider = { slug: string; name: string };
export type SecondFactor = {
  enabled: boolean;
  confirmed_at: string | null;
  recovery_codes_left: number;
  required: boolean;
};
export type SecondFactorSetUp = { secret: string; uri: string; qr_svg: string };
export type Session = components["schemas"]["SessionOut"];
type RecoveryCodes = { recovery_codes: string[] };

export function signIn(email: string, password: string): Promise<Token> {
  return pendingCall("POST", "/auth/sessions", { email, password });
}

export function answerChallenge(challenge: string, code: string): Promise<Token> {
  return pendingCall("POST", "/auth/sessions/second-factor", { challenge, code });
}

export function signUp(entry: { name: string; email: string; password: string }): Promise<unknown> {
  return pendingCall("POST", "/auth/accounts", entry);
}

export function verifyEmail(token: string): Promise<void> {
  return pendingCall("POST", "/auth/email-verifications", { token });
}

export function resendVerification(email: string): Promise<unknown> {
  return pendingCall("POST", "/auth/email-verifications/resend", { email });
}

export function requestReset(email: string): Promise<unknown> {
  return pendingCall("POST", "/auth/password-resets", { email });
}

export function confirmReset(token: string, password: string): Promise<void> {
  return pendingCall("POST", "/auth/password-resets/confirm", { token, password });
}

export function changePassword(current_password: string, new_password: string): Promise<void> {
  return pendingCall("PUT", "/me/password", { current_password, new_password });
}

export function listProviders(): Promise<Provider[]> {
  return pendingCall("GET", "/auth/providers");
}

/** Where the browser goes to sign on with a provider; it comes back to `path` with the session's cookies. */
export function signOnAddress(provider: string, path: string): string {
  const query = new URLSearchParams({ return_to: path });
  return `/api/v1/auth/oidc/${encodeURIComponent(provider)}/start?${query}`;
}

export function getSecondFactor(): Promise<SecondFactor> {
  return pendingCall("GET", "/me/second-factor");
}

export function startSecondFactor(password: string): Promise<SecondFactorSetUp> {
  return pendingCall("POST", "/me/second-factor", { password });
}

export function confirmSecondFactor(code: string): Promise<RecoveryCodes> {
  return pendingCall("POST", "/me/second-factor/confirm", { code });
}

export function renewRecoveryCodes(code: string): Promise<RecoveryCodes> {
  return pendingCall("POST", "/me/second-factor/recovery-codes", { code });
}

export function removeSecondFactor(code: string): Promise<void> {
  return pendingCall("DELETE", "/me/second-factor", { code });
}

export function listSessions(): Promise<Session[]> {
  return unwrap(api.GET("/api/v1/me/sessions"));
}

export function endSession(session: string): Promise<unknown> {
  return unwrap(api.DELETE("/api/v1/me/sessions/{session}", { params: { path: { session } } }));
}

export function endAllSessions(): Promise<unknown> {
  return unwrap(api.DELETE("/api/v1/me/sessions"));
}
