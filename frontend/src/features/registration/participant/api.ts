import type { components } from "@/generated/schema";
import { api, fetchRaw, unwrap } from "@/lib/api/client";
import type { Registration } from "@/lib/api/types";
import { capability } from "../guestTokens";

export type Allowed = components["schemas"]["AllowedOut"];
export type Change = components["schemas"]["ChangeIn"]["steps"];

export const allowedKey = (uid: string, revision: number) => ["allowed", uid, revision] as const;

const ONE = "/api/v1/registrations/{registration}";

export function getAllowed(uid: string): Promise<Allowed> {
  return unwrap(
    api.GET(`${ONE}/allowed`, {
      params: { path: { registration: uid } },
      headers: capability(uid),
    }),
  );
}

export function changeRegistration(
  uid: string,
  steps: Change,
  revision: number,
): Promise<Registration> {
  return unwrap(
    api.PUT(`${ONE}/changes`, {
      params: { path: { registration: uid }, header: { "If-Match": `"${revision}"` } },
      headers: capability(uid),
      body: { steps },
    }),
  );
}

export function resendConfirmation(uid: string): Promise<unknown> {
  return unwrap(
    api.POST(`${ONE}/resend`, {
      params: { path: { registration: uid } },
      headers: capability(uid),
    }),
  );
}

/** A file of the registration. A link could not send the header that opens it for a guest. */
export async function loadFile(uid: string, name: "ticket.pdf" | "calendar.ics"): Promise<Blob> {
  const response = await fetchRaw(`/api/v1/registrations/${uid}/${name}`, capability(uid));
  return response.blob();
}
