import type { components } from "@/generated/schema";
import { api, unwrap } from "@/lib/api/client";
import type { StaffRegistration } from "@/lib/api/types";

type Schemas = components["schemas"];

export type Reason = Schemas["RevealReason"];
export type Identity = Schemas["NumberSearchIn"]["identity"];
export const REASONS: readonly Reason[] = [
  "identity-check",
  "legal-duty",
  "support",
  "safety",
  "other",
];
export const IDENTITIES: readonly Identity[] = ["aadhaar", "passport", "other"];

// Both are called as they are, never through the query client: a cache would keep what must not be kept.

/** The answer in full. */
export async function reveal(registration: string, body: Schemas["RevealIn"]): Promise<unknown> {
  const { value } = await unwrap(
    api.POST("/api/v1/registrations/{registration}/reveals", {
      params: { path: { registration } },
      body,
    }),
  );
  return value;
}

/** A sensitive file, for the same reason as the answer that names it. */
export function revealFile(
  registration: string,
  upload: string,
  body: Schemas["FileRevealIn"],
): Promise<Blob> {
  return unwrap(
    api.POST("/api/v1/registrations/{registration}/uploads/{upload}/reveals", {
      params: { path: { registration, upload } },
      body,
      parseAs: "blob",
    }),
  ) as Promise<unknown> as Promise<Blob>;
}

export async function searchByNumber(
  organization: string,
  identity: Identity,
  value: string,
): Promise<StaffRegistration[]> {
  const { items } = await unwrap(
    api.POST("/api/v1/organizations/{organization}/registrations/search-by-number", {
      params: { path: { organization } },
      body: { identity, value },
    }),
  );
  return items;
}
