import { useState } from "react";
import { useSearchParams } from "react-router";
import { Button, LinkButton } from "@/components/ui/Button";
import { Alert, EmptyState } from "@/components/ui/Feedback";
import { PageHeading } from "@/components/ui/PageHeading";
import { SelectField } from "@/components/ui/SelectField";
import { TextField } from "@/components/ui/TextField";
import type { Me, StaffRegistration } from "@/lib/api/types";
import { download } from "@/lib/download";
import { useMessages, useText } from "@/lib/i18n/i18n";
import { useOrganizations } from "@/lib/session/permissions";
import { exportRegistrations, STATES, type StaffFilter, useFilterEvents } from "./queries";
import { RegistrationDrawer } from "./RegistrationDrawer";
import { RegistrationTable } from "./RegistrationTable";
import "./staff.css";
import { NumberSearch } from "./sensitive/NumberSearch";
import { useTexts } from "./texts";

/** Staff's list of registrations: its filters live in the address, so that a view can be bookmarked and shared. */
export function StaffPage({ me }: { me: Me }) {
  const t = useMessages();
  const texts = useTexts();
  const [params, setParams] = useSearchParams();
  const [selected, setSelected] = useState<StaffRegistration | null>(null);
  const [isSearching, setSearching] = useState(false);
  const { organizations } = useOrganizations(me);
  const wanted = params.get("organization");
  const organization = organizations.find(({ uid }) => uid === wanted) ?? organizations[0];
  const filter: StaffFilter = {
    q: params.get("q") ?? "",
    event: params.get("event") ?? "",
    state: STATES.find((state) => state === params.get("state")) ?? "",
  };

  const set = (change: Record<string, string>) =>
    setParams(
      (current) => {
        const next = new URLSearchParams(current);
        for (const [key, value] of Object.entries(change))
          value ? next.set(key, value) : next.delete(key);
        return next;
      },
      { replace: true },
    );

  if (!organization) {
    return (
      <div className="page">
        <PageHeading title={texts.title} />
        <EmptyState title={texts.noAccessTitle}>{texts.noAccessDetail}</EmptyState>
      </div>
    );
  }
  const mayReveal = organization.permissions.has("sensitive:reveal");
  return (
    <div className="page stack">
      <div className="row between">
        <PageHeading title={texts.title} />
        <div className="row">
          {mayReveal && <Button onPress={() => setSearching(true)}>{texts.byNumber}</Button>}
          <LinkButton to="/staff/forms">{texts.forms}</LinkButton>
          <ExportButton
            organization={organization.uid}
            event={filter.event}
            slug={organization.slug}
          />
        </div>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: React 18 does not know <search> */}
      <div role="search" className="staff-filters">
        {organizations.length > 1 && (
          <SelectField
            label={texts.organization}
            value={organization.uid}
            options={organizations.map(({ uid, name }) => ({ value: uid, label: name }))}
            onChange={(uid) => set({ organization: uid, event: "" })}
          />
        )}
        <TextField
          label={texts.search}
          type="search"
          value={filter.q}
          onChange={(q) => set({ q })}
        />
        <EventFilter
          organization={organization.uid}
          value={filter.event}
          onChange={(event) => set({ event })}
        />
        <SelectField
          label={texts.state}
          value={filter.state}
          placeholder={texts.allStates}
          options={STATES.map((value) => ({ value, label: t.states[value] ?? value }))}
          onChange={(state) => set({ state })}
        />
      </div>
      <RegistrationTable organization={organization.uid} filter={filter} onOpen={setSelected} />
      <RegistrationDrawer row={selected} mayReveal={mayReveal} onClose={() => setSelected(null)} />
      {isSearching && (
        <NumberSearch
          organization={organization.uid}
          onOpen={(row) => {
            setSearching(false);
            setSelected(row);
          }}
          onClose={() => setSearching(false)}
        />
      )}
    </div>
  );
}

type EventFilterProps = { organization: string; value: string; onChange: (uid: string) => void };

function EventFilter({ organization, value, onChange }: EventFilterProps) {
  const texts = useTexts();
  const text = useText();
  const events = useFilterEvents(organization).data?.items ?? [];
  return (
    <SelectField
      label={texts.event}
      value={value}
      placeholder={texts.allEvents}
      options={events.map((event) => ({ value: event.uid, label: text(event.title) }))}
      onChange={onChange}
    />
  );
}

function ExportButton({
  organization,
  event,
  slug,
}: {
  organization: string;
  event: string;
  slug: string;
}) {
  const texts = useTexts();
  const [isPending, setPending] = useState(false);
  const [hasFailed, setFailed] = useState(false);

  const run = async () => {
    setPending(true);
    setFailed(false);
    try {
      const day = new Date().toISOString().slice(0, 10);
      download(await exportRegistrations(organization, event), `registrations-${slug}-${day}.csv`);
    } catch {
      setFailed(true);
    } finally {
      setPending(false);
    }
  };

  return (
    <>
      <Button onPress={run} isPending={isPending}>
        {isPending ? texts.exporting : texts.export}
      </Button>
      {hasFailed && (
        <Alert tone="bad" live>
          {texts.exportFailed}
        </Alert>
      )}
    </>
  );
}
