import type { components } from "@/generated/schema";
import { api, unwrap } from "@/lib/api/client";

type Schemas = components["schemas"];

export type RoleGrant = Schemas["RoleGrantOut"];
export type RoleGrantInput = Schemas["RoleGrantIn"];
export type Role = RoleGrantInput["role"];
export type ApiKey = Schemas["ApiKeyOut"];
export type ApiKeyInput = Schemas["ApiKeyIn"];
export type CreatedKey = Schemas["ApiKeyCreated"];
export type AccessPolicy = Schemas["AccessPolicyOut"];

export const grantsKey = (organization: string) => ["grants", organization] as const;
export const keysKey = (organization: string) => ["api-keys", organization] as const;
export const policyKey = (organization: string) => ["access-policy", organization] as const;

const GRANTS = "/api/v1/organizations/{organization}/grants";
const KEYS = "/api/v1/organizations/{organization}/api-keys";
const POLICY = "/api/v1/organizations/{organization}/access-policy";

export function listGrants(organization: string): Promise<RoleGrant[]> {
  return unwrap(api.GET(GRANTS, { params: { path: { organization } } }));
}

export function createGrant(organization: string, body: RoleGrantInput): Promise<RoleGrant> {
  return unwrap(api.POST(GRANTS, { params: { path: { organization } }, body }));
}

export function deleteGrant(organization: string, grant: string): Promise<unknown> {
  return unwrap(api.DELETE(`${GRANTS}/{grant}`, { params: { path: { organization, grant } } }));
}

export function listKeys(organization: string): Promise<ApiKey[]> {
  return unwrap(api.GET(KEYS, { params: { path: { organization } } }));
}

export function createKey(organization: string, body: ApiKeyInput): Promise<CreatedKey> {
  return unwrap(api.POST(KEYS, { params: { path: { organization } }, body }));
}

export function rotateKey(
  organization: string,
  key: string,
  overlap_seconds: number,
): Promise<CreatedKey> {
  return unwrap(
    api.POST(`${KEYS}/{key}/rotate`, {
      params: { path: { organization, key } },
      body: { overlap_seconds },
    }),
  );
}

export function revokeKey(organization: string, key: string): Promise<unknown> {
  return unwrap(api.DELETE(`${KEYS}/{key}`, { params: { path: { organization, key } } }));
}

export function getPolicy(organization: string): Promise<AccessPolicy> {
  return unwrap(api.GET(POLICY, { params: { path: { organization } } }));
}

export function setPolicy(organization: string, body: AccessPolicy): Promise<AccessPolicy> {
  return unwrap(api.PUT(POLICY, { params: { path: { organization } }, body }));
}
