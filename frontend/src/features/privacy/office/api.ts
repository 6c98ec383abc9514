import type { components } from "@/generated/schema";
import { api, unwrap } from "@/lib/api/client";

type Schemas = components["schemas"];

export type Proof = Schemas["ProofOut"];
export type Erasure = Schemas["ErasureOut"];
export type Rule = Schemas["RuleOut"];
export type Retention = Schemas["RetentionOut"];
export type Processing = Schemas["ProcessingOut"];

export const erasuresKey = (organization: string) => ["erasures", organization] as const;
export const retentionKey = (organization: string) => ["retention", organization] as const;

const ERASURES = "/api/v1/organizations/{organization}/erasures";
const RETENTION = "/api/v1/organizations/{organization}/retention";
const REGISTER = "/api/v1/organizations/{organization}/processing-register";

export function listErasures(organization: string): Promise<Erasure[]> {
  return unwrap(api.GET(ERASURES, { params: { path: { organization } } }));
}

export function requestErasure(
  organization: string,
  body: Schemas["ErasureIn"],
): Promise<Schemas["ErasureAccepted"]> {
  return unwrap(api.POST(ERASURES, { params: { path: { organization } }, body }));
}

export function getRetention(organization: string): Promise<Retention> {
  return unwrap(api.GET(RETENTION, { params: { path: { organization } } }));
}

export function setRetention(organization: string, rules: Schemas["RuleIn"][]): Promise<Retention> {
  return unwrap(api.PUT(RETENTION, { params: { path: { organization } }, body: { rules } }));
}

export function getRegister(organization: string): Promise<Processing[]> {
  return unwrap(api.GET(REGISTER, { params: { path: { organization } } }));
}
