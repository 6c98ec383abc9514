import { fetchRaw } from "@/lib/api/client";
import { pendingCall } from "@/lib/api/pending";

export type Consent = {
  uid: string;
  purpose: string;
  text_version: string;
  locale: string;
  given_at: string;
  withdrawn_at: string | null;
  source: string;
  registration: string | null;
};
export type ErasureState = "requested" | "running" | "done" | "failed";
export type RequestedErasure = { uid: string; state: ErasureState };

/** Whose data it is: that of the signed-in account, or of one registration, which a guest opens with its token. */
export type DataSubject = {
  key: readonly string[];
  consents: () => Promise<Consent[]>;
  withdraw: (consent: string) => Promise<unknown>;
  download: () => Promise<Blob>;
  erase: (password: string) => Promise<RequestedErasure>;
};

const ZIP = { Accept: "application/zip, application/problem+json" };

export const ownAccount: DataSubject = {
  key: ["me"],
  consents: () => pendingCall("GET", "/me/consents"),
  withdraw: (consent) => pendingCall("POST", `/me/consents/${consent}/withdraw`),
  download: async () => (await fetchRaw("/api/v1/me/data-export", ZIP, "POST")).blob(),
  erase: (password) => pendingCall("POST", "/me/erasure", password ? { password } : {}),
};

export function ofRegistration(uid: string, capability: Record<string, string>): DataSubject {
  const path = `/registrations/${uid}`;
  return {
    key: ["registration-data", uid],
    consents: () => pendingCall("GET", `${path}/consents`, undefined, capability),
    withdraw: (consent) =>
      pendingCall("POST", `${path}/consents/${consent}/withdraw`, undefined, capability),
    download: async () =>
      (await fetchRaw(`/api/v1${path}/data-export`, { ...ZIP, ...capability }, "POST")).blob(),
    erase: () => pendingCall("POST", `${path}/erasure`, undefined, capability),
  };
}
