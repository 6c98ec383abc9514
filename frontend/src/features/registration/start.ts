// How a registration begins on this device. Apart from the rest, for the event's page needs no forms.
import { api, unwrap } from "@/lib/api/client";
import type { Registration, StartedRegistration } from "@/lib/api/types";
import { rememberDraft } from "./guestTokens";

function remembered(started: StartedRegistration): StartedRegistration {
  const { registration, token } = started;
  rememberDraft({
    uid: registration.uid,
    token,
    event: registration.event.uid,
    at: new Date().toISOString(),
  });
  return started;
}

export async function startRegistration(event: string, locale: string): Promise<Registration> {
  const started = await unwrap(api.POST("/api/v1/registrations", { body: { event, locale } }));
  return remembered(started).registration;
}

export async function exchangeResumeToken(token: string): Promise<Registration> {
  const started = await unwrap(api.POST("/api/v1/registrations/resume", { body: { token } }));
  return remembered(started).registration;
}
