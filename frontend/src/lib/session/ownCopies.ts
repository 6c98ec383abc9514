// What the app keeps in the browser's storage for somebody who is signed in goes with the session. What belongs to guests of the
// same device stays: they have nothing but their token to come back with.
const DRAFTS = "prs.drafts";
const GUESTS_TAB = "prs.draft.";
const COPIES = ["prs.unsaved.", "prs.submit."];

/** Forgets unsaved answers and known drafts that are not a guest's. Works without the server. */
export function forgetOwnCopies(): void {
  const known = readDrafts();
  const guests = Object.entries(known).filter(([, draft]) => draft?.token);
  const isGuests = (uid: string) =>
    sessionStorage.getItem(GUESTS_TAB + uid) !== null || guests.some(([guest]) => guest === uid);
  for (const key of Object.keys(localStorage)) {
    const prefix = COPIES.find((start) => key.startsWith(start));
    if (prefix !== undefined && !isGuests(key.slice(prefix.length))) localStorage.removeItem(key);
  }
  if (guests.length > 0) localStorage.setItem(DRAFTS, JSON.stringify(Object.fromEntries(guests)));
  else localStorage.removeItem(DRAFTS);
}

function readDrafts(): Record<string, { token?: string | null } | null> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(DRAFTS) ?? "{}");
    return typeof value === "object" && value !== null
      ? (value as Record<string, { token?: string | null } | null>)
      : {};
  } catch {
    return {};
  }
}
