import { useDeferredValue, useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { Button } from "@/components/ui/Button";
import { EmptyState, Skeleton } from "@/components/ui/Feedback";
import { PageHeading } from "@/components/ui/PageHeading";
import { ProblemAlert } from "@/components/ui/Problem";
import { TextField } from "@/components/ui/TextField";
import { useMessages } from "@/lib/i18n/i18n";
import { CategoryFilter } from "./CategoryFilter";
import { EventCard } from "./EventCard";
import { useEvents } from "./queries";
import "./catalog.css";

/** Waits until typing pauses, so that a word costs one request and not one per letter. */
function useSettled(value: string, milliseconds = 250): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

export function Catalog() {
  const t = useMessages();
  const [params, setParams] = useSearchParams();
  const category = params.get("category") ?? "";
  const [text, setText] = useState(params.get("q") ?? "");
  const q = useDeferredValue(useSettled(text.trim()));
  const events = useEvents(q, category);
  const items = events.data?.pages.flatMap((page) => page.items) ?? [];

  const search = (change: { q?: string; category?: string }) => {
    setParams(
      (current) => {
        const next = new URLSearchParams(current);
        for (const [key, value] of Object.entries(change))
          value ? next.set(key, value) : next.delete(key);
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  };

  return (
    <div className="page stack">
      <div className="stack-s">
        <PageHeading title={t.catalog.title} />
        <p className="lead">{t.catalog.lead}</p>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: React 18 does not know <search> */}
      <div role="search" className="catalog-search">
        <TextField
          label={t.catalog.search}
          type="search"
          placeholder={t.catalog.searchPlaceholder}
          value={text}
          onChange={(value) => {
            setText(value);
            search({ q: value.trim() });
          }}
        />
        <CategoryFilter value={category} onChange={(value) => search({ category: value })} />
      </div>
      {events.isError ? (
        <ProblemAlert error={events.error} onRetry={() => events.refetch()} />
      ) : events.isPending ? (
        <div className="event-grid">
          <Skeleton label={t.common.loading} lines={1} tall />
          <Skeleton label={t.common.loading} lines={1} tall />
          <Skeleton label={t.common.loading} lines={1} tall />
        </div>
      ) : items.length === 0 ? (
        <NoEvents
          filtered={Boolean(q || category)}
          onClear={() => {
            setText("");
            search({ q: "", category: "" });
          }}
        />
      ) : (
        <>
          <p className="soft small" role="status">
            {t.catalog.results(items.length)}
          </p>
          <ul className="event-grid">
            {items.map((event) => (
              <EventCard key={event.uid} event={event} />
            ))}
          </ul>
          {events.hasNextPage && (
            <div className="catalog-more">
              <Button onPress={() => events.fetchNextPage()} isPending={events.isFetchingNextPage}>
                {t.common.loadMore}
              </Button>
            </div>
          )}
        </>
      )}
    </div>
  );
}

function NoEvents({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const t = useMessages();
  if (!filtered)
    return (
      <EmptyState title={t.catalog.emptyCatalogTitle}>{t.catalog.emptyCatalogDetail}</EmptyState>
    );
  return (
    <EmptyState
      title={t.catalog.emptyTitle}
      action={<Button onPress={onClear}>{t.catalog.clear}</Button>}
    >
      {t.catalog.emptyDetail}
    </EmptyState>
  );
}
