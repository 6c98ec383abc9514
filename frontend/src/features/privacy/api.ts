import type { components } from "@/generated/schema";
import { api, fetchRaw, unwrap } from "@/lib/api/client";
import { forgetToken } from "@/lib/session/token";

type Schemas = components["schemas"];

export type Consent = Schemas["ConsentOut"];
export type RequestedErasure = Schemas["ErasureAccepted"];

/** Whose data it is: that of the signed-in account, or of one registration, which a guest opens with its token. */
export type DataSubject = {
  key: readonly string[];
  consents: () => Promise<Consent[]>;
  /** Agreeing outside a form; only a registration can, as it says whose data it is about. */
  give?: (consent: Schemas["ConsentIn"]) => Promise<Consent>;
  withdraw: (consent: string) => Promise<unknown>;
  download: () => Promise<Blob>;
  erase: (password: string) => Promise<RequestedErasure>;
};

const ZIP = { Accept: "application/zip, application/problem+json" };

export const ownAccount: DataSubject = {
  key: ["me"],
  consents: () => unwrap(api.GET("/api/v1/me/consents")),
  withdraw: (consent) =>
    unwrap(api.POST("/api/v1/me/consents/{consent}/withdraw", { params: { path: { consent } } })),
  download: async () => (await fetchRaw("/api/v1/me/data-export", ZIP, "POST")).blob(),
  erase: async (password) => {
    const body = password ? { password } : {};
    const erasure = await unwrap(api.POST("/api/v1/me/erasure", { body }));
    // The server has ended every session; this page stays, to say that it did.
    forgetToken();
    return erasure;
  },
};

export function ofRegistration(
  registration: string,
  capability: Record<string, string>,
): DataSubject {
  const params = { path: { registration } };
  const headers = capability;
  return {
    key: ["registration-data", registration],
    consents: () =>
      unwrap(api.GET("/api/v1/registrations/{registration}/consents", { params, headers })),
    give: (body) =>
      unwrap(api.POST("/api/v1/registrations/{registration}/consents", { params, headers, body })),
    withdraw: (consent) =>
      unwrap(
        api.POST("/api/v1/registrations/{registration}/consents/{consent}/withdraw", {
          params: { path: { registration, consent } },
          headers,
        }),
      ),
    download: async () => {
      const path = `/api/v1/registrations/${registration}/data-export`;
      return (await fetchRaw(path, { ...ZIP, ...capability }, "POST")).blob();
    },
    erase: () =>
      unwrap(api.POST("/api/v1/registrations/{registration}/erasure", { params, headers })),
  };
}
