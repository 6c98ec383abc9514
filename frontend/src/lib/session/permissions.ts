import type { Grant, Me } from "@/lib/api/types";

export type Permission =
  | "organization:manage"
  | "role:manage"
  | "api-key:manage"
  | "audit:read"
  | "privacy:manage"
  | "sensitive:reveal";

export type GrantedOrganization = Grant["organization"];

export function organizationsOf(me: Me): GrantedOrganization[] {
  return [
    ...new Map(me.grants.map(({ organization }) => [organization.uid, organization])).values(),
  ];
}

/** What the account may do in an organization. It decides what is shown; the server decides what is done. */
export function permissionsIn(me: Me, organization: string): ReadonlySet<string> {
  return new Set(
    me.grants.flatMap((grant) =>
      grant.organization.uid === organization && !grant.second_factor_needed
        ? grant.permissions
        : [],
    ),
  );
}

export function mayAnywhere(me: Me, permission: Permission): boolean {
  return me.grants.some((grant) => grant.permissions.includes(permission));
}
