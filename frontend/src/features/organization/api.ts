import { pendingCall } from "@/lib/api/pending";

export type RoleGrant = {
  uid: string;
  email: string;
  name: string | null;
  role: string;
  expires_at: string | null;
  state: "active" | "invited";
  created_at: string;
};
export type RoleGrantInput = { email: string; role: string; expires_at?: string };
export type ApiKey = {
  uid: string;
  key_id: string;
  name: string;
  permissions: string[];
  networks: string[];
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
  replaced_by: string | null;
};
export type ApiKeyInput = {
  name: string;
  permissions: string[];
  networks: string[];
  expires_at?: string;
};
export type CreatedKey = { api_key: ApiKey; key: string };
export type AccessPolicy = {
  second_factor_required: boolean;
  allowed_networks: string[];
  denied_networks: string[];
};

export const grantsKey = (organization: string) => ["grants", organization] as const;
export const keysKey = (organization: string) => ["api-keys", organization] as const;
export const policyKey = (organization: string) => ["access-policy", organization] as const;

export function listGrants(organization: string): Promise<RoleGrant[]> {
  return pendingCall("GET", `/organizations/${organization}/grants`);
}

export function createGrant(organization: string, grant: RoleGrantInput): Promise<RoleGrant> {
  return pendingCall("POST", `/organizations/${organization}/grants`, grant);
}

export function deleteGrant(organization: string, grant: string): Promise<void> {
  return pendingCall("DELETE", `/organizations/${organization}/grants/${grant}`);
}

export function listKeys(organization: string): Promise<ApiKey[]> {
  return pendingCall("GET", `/organizations/${organization}/api-keys`);
}

export function createKey(organization: string, key: ApiKeyInput): Promise<CreatedKey> {
  return pendingCall("POST", `/organizations/${organization}/api-keys`, key);
}

export function rotateKey(
  organization: string,
  key: string,
  overlap_seconds: number,
): Promise<CreatedKey> {
  return pendingCall("POST", `/organizations/${organization}/api-keys/${key}/rotate`, {
    overlap_seconds,
  });
}

export function revokeKey(organization: string, key: string): Promise<void> {
  return pendingCall("DELETE", `/organizations/${organization}/api-keys/${key}`);
}

export function getPolicy(organization: string): Promise<AccessPolicy> {
  return pendingCall("GET", `/organizations/${organization}/access-policy`);
}

export function setPolicy(organization: string, policy: AccessPolicy): Promise<AccessPolicy> {
  return pendingCall("PUT", `/organizations/${organization}/access-policy`, policy);
}
