import { useEffect, useState } from "react";

/**
 * What stands after the `#` of the address, as it was written. A server never sees it; here it also leaves the address bar
 * and the history at once, so that neither a screenshot nor the next person at this computer has it.
 */
export function useFragment(): string {
  const [fragment] = useState(() => window.location.hash.replace(/^#/, ""));
  useEffect(() => {
    if (!window.location.hash) return;
    const { pathname, search } = window.location;
    window.history.replaceState(window.history.state, "", pathname + search);
  }, []);
  return fragment;
}

/** The secret of a link from a mail: all of the fragment. */
export function useFragmentSecret(): string {
  const fragment = useFragment();
  try {
    return decodeURIComponent(fragment);
  } catch {
    return "";
  }
}
