import type { components } from "@/generated/schema";
import { api, unwrap } from "@/lib/api/client";

type Schemas = components["schemas"];

export type SupportRequest = Schemas["SupportRequestOut"];

export function sendSupportRequest(
  body: Schemas["SupportRequestIn"],
): Promise<Schemas["SupportRequestTaken"]> {
  return unwrap(api.POST("/api/v1/support-requests", { body }));
}

export function listSupportRequests(
  organization: string,
  cursor: string | undefined,
): Promise<Schemas["SupportRequestPage"]> {
  return unwrap(
    api.GET("/api/v1/organizations/{organization}/support-requests", {
      params: { path: { organization }, query: { cursor, limit: 50 } },
    }),
  );
}
