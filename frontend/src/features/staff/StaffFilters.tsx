import { SelectField } from "@/components/ui/SelectField";
import { TextField } from "@/components/ui/TextField";
import { useMessages, useText } from "@/lib/i18n/i18n";
import type { Organization } from "@/lib/session/permissions";
import { AnswerFilters } from "./AnswerFilters";
import { STATES, type StaffFilter, useFilterEvents } from "./queries";
import { useTexts } from "./texts";

type StaffFiltersProps = {
  organizations: readonly Organization[];
  organization: Organization;
  filter: StaffFilter;
  set: (change: Record<string, string | string[]>) => void;
};

/** The filters of the list. Those by answer are a program's: another program takes them away. */
export function StaffFilters({ organizations, organization, filter, set }: StaffFiltersProps) {
  const t = useMessages();
  const texts = useTexts();
  const text = useText();
  const events = useFilterEvents(organization.uid).data?.items ?? [];
  const none = { ticket: "", answer: [] };
  return (
    // biome-ignore lint/a11y/useSemanticElements: React 18 does not know <search>
    <div role="search" className="stack-s">
      <div className="staff-filters">
        {organizations.length > 1 && (
          <SelectField
            label={texts.organization}
            value={organization.uid}
            options={organizations.map(({ uid, name }) => ({ value: uid, label: name }))}
            onChange={(uid) => set({ organization: uid, event: "", ...none })}
          />
        )}
        <TextField
          label={texts.search}
          type="search"
          value={filter.q}
          onChange={(q) => set({ q })}
        />
        <SelectField
          label={texts.event}
          value={filter.event}
          placeholder={texts.allEvents}
          options={events.map((event) => ({ value: event.uid, label: text(event.title) }))}
          onChange={(event) => set({ event, ...none })}
        />
        <SelectField
          label={texts.state}
          value={filter.state}
          placeholder={texts.allStates}
          options={STATES.map((value) => ({ value, label: t.states[value] ?? value }))}
          onChange={(state) => set({ state })}
        />
        <SelectField
          label={texts.trials}
          value={filter.tests ? "yes" : ""}
          placeholder={texts.no}
          options={[{ value: "yes", label: texts.onlyTrials }]}
          onChange={(tests) => set({ tests })}
        />
      </div>
      <AnswerFilters
        organization={organization.uid}
        filter={filter}
        onTicket={(ticket) => set({ ticket })}
        onAnswers={(answer) => set({ answer })}
      />
    </div>
  );
}
