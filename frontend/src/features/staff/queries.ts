import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, fetchRaw, unwrap } from "@/lib/api/client";
import { prepareForms } from "@/lib/screen";

export type StaffFilter = { q: string; event: string; state: string };

export function useStaffRegistrations(organization: string, filter: StaffFilter) {
  return useInfiniteQuery({
    queryKey: ["staff-registrations", organization, filter],
    enabled: organization !== "",
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/organizations/{uid}/registrations", {
          params: {
            path: { uid: organization },
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

function queryOf(filter: StaffFilter): Partial<StaffFilter> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ""));
}

/** The programs one can filter by. */
export function useFilterEvents() {
  return useQuery({
    queryKey: ["staff-events"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/events", { params: { query: { limit: 100 } }, signal })),
    staleTime: 60_000,
  });
}

export function useRegistrationDetails(uid: string) {
  const registration = useQuery({
    queryKey: ["staff-registration", uid],
    queryFn: () => unwrap(api.GET("/api/v1/registrations/{uid}", { params: { path: { uid } } })),
  });
  const flow = useQuery({
    queryKey: ["staff-registration-flow", uid],
    queryFn: async () => {
      const pinned = await unwrap(
        api.GET("/api/v1/registrations/{uid}/flow", { params: { path: { uid } } }),
      );
      await prepareForms(pinned.forms);
      return pinned;
    },
  });
  return { registration, flow };
}

/** The rows of the filter as CSV; the bearer token does not fit in a link. */
export async function exportRegistrations(
  organization: string,
  filter: StaffFilter,
): Promise<Blob> {
  const query = new URLSearchParams(queryOf(filter));
  const response = await fetchRaw(
    `/api/v1/organizations/${organization}/registrations/export?${query}`,
    {
      Accept: "text/csv",
    },
  );
  return response.blob();
}
