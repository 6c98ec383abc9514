import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { components } from "@/generated/schema";
import { api, fetchRaw, unwrap } from "@/lib/api/client";
import { prepareForms } from "@/lib/screen";

export const STATES = ["draft", "confirmed", "cancelled", "expired"] as const;
export const FORMATS = ["csv", "xlsx", "parquet"] as const;

export type RegistrationState = (typeof STATES)[number];
export type ExportFormat = (typeof FORMATS)[number];

/** The same in every language. */
export const FORMAT_NAMES: Record<ExportFormat, string> = {
  csv: "CSV",
  xlsx: "Excel (XLSX)",
  parquet: "Parquet",
};

export type FieldFilter = components["schemas"]["FieldFilter"];
export type HistoryEntry = components["schemas"]["HistoryEntry"];

/** `answers` are `step.field:operator:value`, as the server takes them. */
export type StaffFilter = {
  q: string;
  event: string;
  state: RegistrationState | "";
  ticket: string;
  answers: string[];
  tests: boolean;
};

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

function queryOf({ q, event, state, ticket, answers, tests }: StaffFilter) {
  return {
    q: q || undefined,
    event: event || undefined,
    state: state || undefined,
    ticket: (event && ticket) || undefined,
    answer: event && answers.length > 0 ? answers : undefined,
    tests: tests || undefined,
  };
}

/** What one can filter by, with how many registrations have what under the other filters. */
export function useFilters(organization: string, filter: StaffFilter) {
  return useQuery({
    queryKey: ["staff-filters", organization, filter],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/organizations/{organization}/registrations/filters", {
          params: { path: { organization }, query: queryOf(filter) },
          signal,
        }),
      ),
    placeholderData: (previous) => previous,
    staleTime: 10_000,
  });
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

export function useHistory(uid: string) {
  return useQuery({
    queryKey: ["staff-history", uid],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/registrations/{registration}/history", {
          params: { path: { registration: uid } },
        }),
      ),
  });
}

/** What the filter shows as a file, of one program with all its answers. The bearer token does not fit in a link. */
export async function exportRegistrations(
  organization: string,
  filter: StaffFilter,
  format: ExportFormat,
): Promise<Blob> {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(queryOf(filter)))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) query.append(name, String(one));
  const response = await fetchRaw(
    `/api/v1/organizations/${organization}/registrations/export?${query}`,
    { Accept: "*/*" },
  );
  return response.blob();
}

type Allowance = { late: boolean; over: boolean; silent: boolean };

/** Begins a registration for somebody, and answers the address that opens it here as the person would. */
export async function addRegistration(
  event: string,
  locale: string,
  allowance: Allowance,
): Promise<string> {
  const made = await unwrap(
    api.POST("/api/v1/registrations/on-behalf", { body: { event, locale, ...allowance } }),
  );
  const link = await unwrap(
    api.POST("/api/v1/registrations/{registration}/resume-links", {
      params: { path: { registration: made.registration.uid } },
      body: { send: false },
      headers: { "Registration-Token": made.token ?? "" },
    }),
  );
  return new URL(link.url).hash;
}
