/**
 * A path to go on at that came from outside, or `otherwise` where it could lead elsewhere. Browsers read `\` as `/`, drop tabs
 * and line breaks and resolve dots, so it is judged as they resolve it.
 */
export function ownPath(wanted: string | null, otherwise: string): string {
  if (!wanted?.startsWith("/")) return otherwise;
  const { origin } = window.location;
  try {
    const url = new URL(wanted, origin);
    if (url.origin !== origin || url.pathname.startsWith("//")) return otherwise;
    return url.pathname + url.search + url.hash;
  } catch {
    return otherwise;
  }
}
