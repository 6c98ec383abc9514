import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { components } from "@/generated/schema";
import { api, fetchRaw, unwrap } from "@/lib/api/client";

export type AuditEvent = components["schemas"]["AuditEventOut"];
export type AuditSeal = components["schemas"]["AuditSealOut"];
export type AuditFilter = {
  action: string;
  actor: string;
  subject: string;
  /** Days on this device's calendar, as a date input has them. */
  from: string;
  to: string;
};
export type ExportFormat = "csv" | "ndjson";

const UID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isUid(text: string): boolean {
  return UID.test(text);
}

function startOfDay(day: string, daysLater = 0): string | undefined {
  if (!day) return undefined;
  const start = new Date(`${day}T00:00:00`);
  if (Number.isNaN(start.getTime())) return undefined;
  start.setDate(start.getDate() + daysLater);
  return start.toISOString();
}

/** The filter as the API takes it; an unfinished identifier filters nothing. */
export function queryOf({ action, actor, subject, from, to }: AuditFilter) {
  return {
    action: action || undefined,
    actor: actor.trim() || undefined,
    subject: isUid(subject.trim()) ? subject.trim() : undefined,
    from: startOfDay(from),
    to: startOfDay(to, 1),
  };
}

/** The note that a reveal's event names; it is sealed beside the registration, and goes with it. */
export async function fetchRevealNote(registration: string, note: string): Promise<string> {
  const found = await unwrap(
    api.GET("/api/v1/registrations/{registration}/reveal-notes/{note}", {
      params: { path: { registration, note } },
    }),
  );
  return found.note;
}

export function useAuditEvents(organization: string, filter: AuditFilter) {
  return useInfiniteQuery({
    queryKey: ["audit-events", organization, filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/organizations/{organization}/audit-events", {
          params: {
            path: { organization },
            query: { ...queryOf(filter), cursor: pageParam, limit: 50 },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (previous) => previous,
  });
}

export function useAuditSeals(organization: string) {
  return useQuery({
    queryKey: ["audit-seals", organization],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/organizations/{organization}/audit-seals", {
          params: { path: { organization }, query: { limit: 20 } },
        }),
      ),
  });
}

/** What the filter shows, as a file. The bearer token does not fit in a link. */
export async function exportEvents(
  organization: string,
  filter: AuditFilter,
  format: ExportFormat,
): Promise<Blob> {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(queryOf(filter))) if (value) query.set(name, value);
  const response = await fetchRaw(
    `/api/v1/organizations/${organization}/audit-events/export?${query}`,
    { Accept: "text/csv, application/x-ndjson, application/problem+json" },
  );
  return response.blob();
}
