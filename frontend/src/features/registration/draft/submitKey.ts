// One press on "Submit" is one registration, however often the request has to be repeated: the key outlives a lost answer
// and a reload, and is given up only once the server has decided.
const KEY = "prs.submit.";

export function submitKey(uid: string): string {
  const known = localStorage.getItem(KEY + uid);
  if (known) return known;
  const fresh = crypto.randomUUID();
  try {
    localStorage.setItem(KEY + uid, fresh);
  } catch {
    // Still unique for this attempt.
  }
  return fresh;
}

export function dropSubmitKey(uid: string): void {
  localStorage.removeItem(KEY + uid);
}
