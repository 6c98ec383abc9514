import type { components } from "@/generated/schema";
import { api, unwrap } from "@/lib/api/client";

type Schemas = components["schemas"];

export function sendSupportRequest(
  body: Schemas["SupportRequestIn"],
): Promise<Schemas["SupportRequestTaken"]> {
  return unwrap(api.POST("/api/v1/support-requests", { body }));
}
