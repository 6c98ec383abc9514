import { api, fetchRaw, unwrap } from "@/lib/api/client";
import type { Flow, MyRegistration, Registration, ResumeLink, SaveStep } from "@/lib/api/types";
import { prepareForms } from "@/lib/screen";
import { capability } from "./guestTokens";

function quoted(revision: number): string {
  return `"${revision}"`;
}

export function getRegistration(uid: string): Promise<Registration> {
  return unwrap(
    api.GET("/api/v1/registrations/{registration}", {
      params: { path: { registration: uid } },
      headers: capability(uid),
    }),
  );
}

/** The pinned flow, ready to be evaluated. */
export async function getFlow(uid: string): Promise<Flow> {
  const flow = await unwrap(
    api.GET("/api/v1/registrations/{registration}/flow", {
      params: { path: { registration: uid } },
      headers: capability(uid),
    }),
  );
  await prepareForms(flow.forms);
  return flow;
}

export function saveStep(
  uid: string,
  step: string,
  body: SaveStep,
  revision: number,
  keepalive = false,
): Promise<Registration> {
  return unwrap(
    api.PUT("/api/v1/registrations/{registration}/steps/{step}", {
      params: { path: { registration: uid, step }, header: { "If-Match": quoted(revision) } },
      headers: capability(uid),
      body,
      keepalive,
    }),
  );
}

export function submitRegistration(
  uid: string,
  revision: number,
  key: string,
): Promise<Registration> {
  return unwrap(
    api.POST("/api/v1/registrations/{registration}/submit", {
      params: {
        path: { registration: uid },
        header: { "If-Match": quoted(revision), "Idempotency-Key": key },
      },
      headers: capability(uid),
    }),
  );
}

export function cancelRegistration(uid: string): Promise<Registration> {
  return unwrap(
    api.POST("/api/v1/registrations/{registration}/cancel", {
      params: { path: { registration: uid } },
      headers: capability(uid),
    }),
  );
}

export function claimRegistration(uid: string): Promise<Registration> {
  return unwrap(
    api.POST("/api/v1/registrations/{registration}/claim", {
      params: { path: { registration: uid } },
      headers: capability(uid),
    }),
  );
}

export function createResumeLink(uid: string): Promise<ResumeLink> {
  return unwrap(
    api.POST("/api/v1/registrations/{registration}/resume-links", {
      params: { path: { registration: uid } },
      headers: capability(uid),
      body: {},
    }),
  );
}

/** The QR image as an object URL: the image needs the capability header, which an <img src> cannot send. */
export async function loadQr(uid: string): Promise<string> {
  const response = await fetchRaw(`/api/v1/registrations/${uid}/qr.svg`, capability(uid));
  return URL.createObjectURL(new Blob([await response.text()], { type: "image/svg+xml" }));
}

export function listMyRegistrations(): Promise<MyRegistration[]> {
  return unwrap(api.GET("/api/v1/me/registrations"));
}
