import { pendingCall } from "@/lib/api/pending";
import type { ErasureState, RequestedErasure } from "../api";

export type Proof = { places: Record<string, number>; digest: string };
export type Erasure = {
  uid: string;
  state: ErasureState;
  source: string;
  requested_at: string;
  finished_at: string | null;
  error: string | null;
  proof: Proof | null;
};
export type Rule = {
  table: string;
  days: number;
  default_days: number;
  least: number;
  most: number;
  since: string;
  own: boolean;
  adjustable: boolean;
};
export type Processing = {
  kind: string;
  name: string;
  purpose: string;
  categories: string[];
  sensitive: boolean;
  recipients: string;
  retention: string;
};

export const erasuresKey = (organization: string) => ["erasures", organization] as const;
export const retentionKey = (organization: string) => ["retention", organization] as const;

export function listErasures(organization: string): Promise<{ items: Erasure[] }> {
  return pendingCall("GET", `/organizations/${organization}/erasures`);
}

export function requestErasure(
  organization: string,
  who: { email: string } | { registration: string },
): Promise<RequestedErasure> {
  return pendingCall("POST", `/organizations/${organization}/erasures`, who);
}

export function getRetention(organization: string): Promise<{ rules: Rule[] }> {
  return pendingCall("GET", `/organizations/${organization}/retention`);
}

export function setRetention(
  organization: string,
  rules: { table: string; days: number }[],
): Promise<{ rules: Rule[] }> {
  return pendingCall("PUT", `/organizations/${organization}/retention`, { rules });
}

export function getRegister(organization: string): Promise<Processing[]> {
  return pendingCall("GET", `/organizations/${organization}/processing-register`);
}
