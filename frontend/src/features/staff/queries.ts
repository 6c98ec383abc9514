import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, fetchRaw, unwrap } from "@/lib/api/client";
import { prepareForms } from "@/lib/screen";

export const STATES = ["draft", "confirmed", "cancelled", "expired"] as const;

export type RegistrationState = (typeof STATES)[number];

export type StaffFilter = { q: string; event: string; state: RegistrationState | "" };

export function useStaffRegistrations(organization: string, filter: StaffFilter) {
  return useInfiniteQuery({
    queryKey: ["staff-registrations", organization, filter],
    enabled: organization !== "",
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/organizations/{organization}/registrations", {
          params: {
            path: { organization },
            query: { ...queryOf(filter), cursor: pageParam, limit: 25 },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (previous) => previous,
    // Registrations arrive, and the back office catches up, while the page is open.
    refetchInterval: 10_000,
  });
}

function queryOf({ q, event, state }: StaffFilter) {
  return { q: q || undefined, event: event || undefined, state: state || undefined };
}

/** The programs one can filter by. */
export function useFilterEvents(organization: string) {
  return useQuery({
    queryKey: ["staff-events", organization],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/organizations/{organization}/events", {
          params: { path: { organization }, query: { limit: 200 } },
          signal,
        }),
      ),
    staleTime: 60_000,
  });
}

export function useRegistrationDetails(uid: string) {
  const registration = useQuery({
    queryKey: ["staff-registration", uid],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/registrations/{registration}", {
          params: { path: { registration: uid } },
        }),
      ),
  });
  const flow = useQuery({
    queryKey: ["staff-registration-flow", uid],
    queryFn: async () => {
      const pinned = await unwrap(
        api.GET("/api/v1/registrations/{registration}/flow", {
          params: { path: { registration: uid } },
        }),
      );
      await prepareForms(pinned.forms);
      return pinned;
    },
  });
  return { registration, flow };
}

/**
 * The submitted registrations as CSV, of one program with all its answers where one is chosen. The bearer token does not fit
 * in a link.
 */
export async function exportRegistrations(organization: string, event: string): Promise<Blob> {
  const query = event ? `?${new URLSearchParams({ event })}` : "";
  const response = await fetchRaw(
    `/api/v1/organizations/${organization}/registrations/export${query}`,
    { Accept: "text/csv, application/problem+json" },
  );
  return response.blob();
}
