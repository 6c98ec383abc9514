import type { components } from "@/generated/schema";
import { api, unwrap } from "@/lib/api/client";

type Schemas = components["schemas"];

export type Token = Schemas["TokenOut"];
export type Provider = Schemas["ProviderOut"];
export type SecondFactor = Schemas["SecondFactorOut"];
export type SecondFactorSetUp = Schemas["EnrolmentOut"];
export type RecoveryCodes = Schemas["RecoveryCodesOut"];
export type Session = Schemas["SessionOut"];

const FACTOR = "/api/v1/me/second-factor";

export function signIn(email: string, password: string): Promise<Token> {
  return unwrap(api.POST("/api/v1/auth/sessions", { body: { email, password } }));
}

export function answerChallenge(challenge: string, code: string): Promise<Token> {
  return unwrap(api.POST("/api/v1/auth/sessions/second-factor", { body: { challenge, code } }));
}

export function signUp(body: Schemas["AccountIn"]): Promise<unknown> {
  return unwrap(api.POST("/api/v1/auth/accounts", { body }));
}

export function verifyEmail(token: string, password: string): Promise<unknown> {
  return unwrap(api.POST("/api/v1/auth/email-verifications", { body: { token, password } }));
}

export function resendVerification(email: string): Promise<unknown> {
  return unwrap(api.POST("/api/v1/auth/email-verifications/resend", { body: { email } }));
}

export function requestReset(email: string): Promise<unknown> {
  return unwrap(api.POST("/api/v1/auth/password-resets", { body: { email } }));
}

export function confirmReset(token: string, password: string): Promise<unknown> {
  return unwrap(api.POST("/api/v1/auth/password-resets/confirm", { body: { token, password } }));
}

export function changePassword(current_password: string, new_password: string): Promise<unknown> {
  return unwrap(api.PUT("/api/v1/me/password", { body: { current_password, new_password } }));
}

export function listProviders(): Promise<Provider[]> {
  return unwrap(api.GET("/api/v1/auth/providers"));
}

/** Where the browser goes to sign on with a provider; it comes back to `path` with the session's cookies. */
export function signOnAddress(provider: string, path: string): string {
  const query = new URLSearchParams({ return_to: path });
  return `/api/v1/auth/oidc/${encodeURIComponent(provider)}/start?${query}`;
}

export function getSecondFactor(): Promise<SecondFactor> {
  return unwrap(api.GET(FACTOR));
}

export function startSecondFactor(password: string): Promise<SecondFactorSetUp> {
  return unwrap(api.POST(FACTOR, { body: { password } }));
}

export function confirmSecondFactor(code: string): Promise<RecoveryCodes> {
  return unwrap(api.POST(`${FACTOR}/confirm`, { body: { code } }));
}

export function renewRecoveryCodes(code: string): Promise<RecoveryCodes> {
  return unwrap(api.POST(`${FACTOR}/recovery-codes`, { body: { code } }));
}

export function removeSecondFactor(code: string): Promise<unknown> {
  return unwrap(api.DELETE(FACTOR, { body: { code } }));
}

/** Shows again who one is: what guards the account can be changed for five minutes. */
export function confirmItIsMe(shown: {
  password: string | null;
  code: string | null;
}): Promise<unknown> {
  return unwrap(api.POST("/api/v1/me/confirmations", { body: shown }));
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
