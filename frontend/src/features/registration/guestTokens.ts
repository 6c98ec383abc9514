// A guest's draft is opened by its capability token. It is kept in localStorage, so that closing the browser loses nothing, and
// in sessionStorage, so that this tab goes on where localStorage is refused or after "forget on this device".
// The token opens this one registration, expires with it, and the server keeps only its hash.
const DEVICE = "prs.drafts";
const TAB = "prs.draft.";

export type KnownDraft = { uid: string; token: string | null; event: string; at: string };

type Stored = Record<string, Omit<KnownDraft, "uid">>;

function readDevice(): Stored {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(DEVICE) ?? "{}");
    return typeof value === "object" && value !== null ? (value as Stored) : {};
  } catch {
    return {};
  }
}

function write(storage: Storage, key: string, value: string): void {
  try {
    storage.setItem(key, value);
  } catch {
    // A full or forbidden storage costs comfort (a reload asks for the link again), never the draft itself.
  }
}

export function rememberDraft(draft: KnownDraft): void {
  const { uid, ...rest } = draft;
  write(localStorage, DEVICE, JSON.stringify({ ...readDevice(), [uid]: rest }));
  if (draft.token) write(sessionStorage, TAB + uid, draft.token);
}

export function tokenOf(uid: string): string | null {
  return sessionStorage.getItem(TAB + uid) ?? readDevice()[uid]?.token ?? null;
}

export function forgetDraft(uid: string): void {
  const { [uid]: _gone, ...rest } = readDevice();
  write(localStorage, DEVICE, JSON.stringify(rest));
  sessionStorage.removeItem(TAB + uid);
}

export function knownDrafts(): KnownDraft[] {
  return Object.entries(readDevice())
    .map(([uid, rest]) => ({ uid, ...rest }))
    .sort((a, b) => b.at.localeCompare(a.at));
}

export function draftForEvent(eventUid: string): KnownDraft | undefined {
  return knownDrafts().find((draft) => draft.event === eventUid);
}

/** The header with which a guest opens this registration; empty for one of an account. */
export function capability(uid: string): Record<string, string> {
  const token = tokenOf(uid);
  return token ? { "Registration-Token": token } : {};
}
