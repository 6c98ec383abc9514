import { api, fetchRaw, sendBytes, unwrap } from "@/lib/api/client";
import { problemFrom } from "@/lib/api/problem";
import { capability } from "../../guestTokens";
import type { Place } from "./remembered";

function addressOf(registration: string, uid: string): string {
  return `/api/v1/registrations/${registration}/uploads/${uid}`;
}

export function beginUpload(place: Place, file: File, mediaType: string) {
  const { registration, step, pointer } = place;
  return unwrap(
    api.POST("/api/v1/registrations/{registration}/uploads", {
      params: { path: { registration } },
      headers: capability(registration),
      body: { step, pointer, name: file.name, size: file.size, media_type: mediaType },
    }),
  );
}

export function getUpload(place: Place, uid: string) {
  const { registration } = place;
  return unwrap(
    api.GET("/api/v1/registrations/{registration}/uploads/{upload}", {
      params: { path: { registration, upload: uid } },
      headers: capability(registration),
    }),
  );
}

/** Sends a chunk; returns where the upload stands now, also where it stood somewhere else than we thought. */
export async function sendChunk(
  place: Place,
  uid: string,
  offset: number,
  chunk: Blob,
  signal: AbortSignal,
): Promise<number> {
  const response = await sendBytes(
    addressOf(place.registration, uid),
    chunk,
    {
      ...capability(place.registration),
      "Content-Type": "application/offset+octet-stream",
      "Upload-Offset": String(offset),
    },
    signal,
  );
  const stands = response.headers.get("Upload-Offset");
  if (stands !== null && (response.ok || response.status === 409)) return Number(stands);
  throw problemFrom(response, await response.json().catch(() => null));
}

export async function removeUpload(place: Place, uid: string): Promise<void> {
  const { registration } = place;
  await unwrap(
    api.DELETE("/api/v1/registrations/{registration}/uploads/{upload}", {
      params: { path: { registration, upload: uid } },
      headers: capability(registration),
    }),
  );
}

export async function loadContent(registration: string, uid: string): Promise<Blob> {
  const response = await fetchRaw(
    `${addressOf(registration, uid)}/content`,
    capability(registration),
  );
  return response.blob();
}
