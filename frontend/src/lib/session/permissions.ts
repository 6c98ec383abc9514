import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import type { Grant, Me } from "@/lib/api/types";

export type Permission =
  | "organization:manage"
  | "role:manage"
  | "api-key:manage"
  | "event:manage"
  | "registration:read"
  | "audit:read"
  | "privacy:manage"
  | "sensitive:reveal";

/** An organization with what the account may do there. It decides what is shown; the server decides what is done. */
export type Organization = Grant["organization"] & { permissions: ReadonlySet<string> };

function grantedTo(me: Me): Organization[] {
  const found = new Map<string, Organization>();
  for (const { organization, permissions, second_factor_needed } of me.grants) {
    const before = found.get(organization.uid)?.permissions ?? [];
    const own = second_factor_needed ? [] : permissions;
    found.set(organization.uid, { ...organization, permissions: new Set([...before, ...own]) });
  }
  return [...found.values()];
}

/**
 * The organizations that a role was given in, and then those below them, where it counts as well. Without the server's list
 * the former alone.
 */
export function useOrganizations(me: Me): { organizations: Organization[]; isPending: boolean } {
  const granted = grantedTo(me);
  const { data = [], isPending } = useQuery({
    queryKey: ["organizations", me.uid],
    queryFn: () => unwrap(api.GET("/api/v1/organizations")),
    enabled: granted.some(({ permissions }) => permissions.size > 0),
    staleTime: 5 * 60_000,
  });
  const listed = new Map(data.map((one) => [one.uid, one]));
  const own = granted.map((one) => ({
    ...one,
    permissions: new Set([...one.permissions, ...(listed.get(one.uid)?.permissions ?? [])]),
  }));
  const known = new Set(granted.map(({ uid }) => uid));
  const below = data
    .filter(({ uid }) => !known.has(uid))
    .map(({ permissions, ...one }) => ({ ...one, permissions: new Set(permissions) }));
  return { organizations: [...own, ...below], isPending };
}
