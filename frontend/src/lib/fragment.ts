import { useEffect, useState } from "react";

/**
 * The secret after the `#` of a link from a mail. A server never sees it; here it also leaves the address bar and the history
 * at once, so that neither a screenshot nor the next person at this computer has it.
 */
export function useFragmentSecret(): string {
  const [secret] = useState(() => decodeFragment(window.location.hash));
  useEffect(() => {
    if (!window.location.hash) return;
    const { pathname, search } = window.location;
    window.history.replaceState(window.history.state, "", pathname + search);
  }, []);
  return secret;
}

function decodeFragment(hash: string): string {
  try {
    return decodeURIComponent(hash.replace(/^#/, ""));
  } catch {
    return "";
  }
}
