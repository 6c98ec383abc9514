import { pendingCall } from "@/lib/api/pending";

export type SupportRequest = {
  subject: string;
  message: string;
  email?: string;
  registration?: string;
};

export function sendSupportRequest(request: SupportRequest): Promise<{ uid: string }> {
  return pendingCall("POST", "/support-requests", request);
}
