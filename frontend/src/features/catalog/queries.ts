import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";

export function useEvents(q: string, category: string) {
  return useInfiniteQuery({
    queryKey: ["events", q, category],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/events", {
          params: {
            query: {
              q: q || undefined,
              category: category || undefined,
              cursor: pageParam,
              limit: 12,
            },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (previous) => previous,
  });
}

export function useCategories() {
  return useQuery({
    queryKey: ["event-categories"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/event-categories", { signal })),
    staleTime: 5 * 60_000,
  });
}

export function useEvent(event: string) {
  return useQuery({
    queryKey: ["event", event],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/events/{event}", { params: { path: { event } }, signal })),
  });
}
