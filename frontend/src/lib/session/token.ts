// The access token lives in this module's memory and nowhere else: a script that reads storage finds nothing to steal.
// What survives a reload is the HttpOnly refresh cookie, and a hint (no secret) that it is worth asking for a new token.
const HINT = "prs.signed-in";

let accessToken: string | null = null;
let refreshing: Promise<boolean> | null = null;

export function currentToken(): string | null {
  return accessToken;
}

export function keepToken(token: string): void {
  accessToken = token;
  localStorage.setItem(HINT, "1");
}

export function forgetToken(): void {
  accessToken = null;
  localStorage.removeItem(HINT);
}

export function mayHaveSession(): boolean {
  return accessToken !== null || localStorage.getItem(HINT) !== null;
}

/** Says that a session is about to be there: a sign-on at another site comes back with cookies only. */
export function expectSession(): void {
  localStorage.setItem(HINT, "1");
}

/**
 * Asks once for a fresh access token, however many callers wait: the refresh token rotates, and two requests with the
 * same one would look like theft. Across tabs a lock does the same.
 */
export function refreshToken(): Promise<boolean> {
  refreshing ??= withLock(requestToken).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function withLock(work: () => Promise<boolean>): Promise<boolean> {
  if (!("locks" in navigator) || !navigator.locks) return work();
  return navigator.locks.request("prs.refresh", work);
}

// Bound to the session by the server. Over https only the name that no sibling subdomain can write counts.
function csrfToken(): string {
  const name = window.location.protocol === "https:" ? "__Host-prs_csrf" : "prs_csrf";
  const found = document.cookie.split("; ").find((cookie) => cookie.startsWith(`${name}=`));
  return found?.slice(name.length + 1) ?? "";
}

async function requestToken(): Promise<boolean> {
  try {
    const response = await fetch(new URL("/api/v1/auth/refresh", window.location.origin), {
      method: "POST",
      credentials: "same-origin",
      headers: { "X-CSRF-Token": csrfToken() },
    });
    if (!response.ok) {
      if (response.status === 401 || response.status === 403) forgetToken();
      return false;
    }
    const body = (await response.json()) as { access_token: string };
    keepToken(body.access_token);
    return true;
  } catch {
    return false;
  }
}
