import { pendingCall } from "@/lib/api/pending";
import type { StaffRegistration } from "@/lib/api/types";

export const REASONS = ["identity-check", "legal-duty", "support", "safety", "other"] as const;
export type Reason = (typeof REASONS)[number];
export const IDENTITIES = ["aadhaar", "passport", "other"] as const;
export type Identity = (typeof IDENTITIES)[number];

export type Reveal = { step: string; pointer: string; reason: Reason; note: string };

// Both are called as they are, never through the query client: a cache would keep what must not be kept.

/** The answer in full. */
export async function reveal(registration: string, request: Reveal): Promise<unknown> {
  const { value } = await pendingCall<{ value: unknown }>(
    "POST",
    `/registrations/${registration}/reveals`,
    request,
  );
  return value;
}

export async function searchByNumber(
  organization: string,
  identity: Identity,
  value: string,
): Promise<StaffRegistration[]> {
  const { items } = await pendingCall<{ items: StaffRegistration[] }>(
    "POST",
    `/organizations/${organization}/registrations/search-by-number`,
    { identity, value },
  );
  return items;
}
