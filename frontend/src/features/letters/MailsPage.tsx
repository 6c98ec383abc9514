import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { SelectField } from "@/components/ui/SelectField";
import { useI18n, useText } from "@/lib/i18n/i18n";
import type { Organization } from "@/lib/session/permissions";
import { getTemplate, KINDS, type Kind, listEvents, type Place, templatesKey } from "./api";
import { MailEditor } from "./MailEditor";
import { MailingsCard } from "./MailingsCard";
import { RulesCard } from "./RulesCard";
import { useTexts } from "./texts";
import "./letters.css";

type MailsPageProps = {
  organization: Organization;
  /** The page's title, from the area around it. */
  heading: (lead: string) => ReactNode;
};

const LOCALES = ["en", "hi", "ar"];

function languageName(locale: string, shownIn: string): string {
  return new Intl.DisplayNames([shownIn], { type: "language" }).of(locale) ?? locale;
}

export function MailsPage({ organization, heading }: MailsPageProps) {
  const { locale, messages: t } = useI18n();
  const text = useText();
  const texts = useTexts();
  const [event, setEvent] = useState("");
  const [kind, setKind] = useState<Kind>("confirmation");
  const [language, setLanguage] = useState("en");
  const events = useQuery({
    queryKey: ["staff-events", organization.uid],
    queryFn: () => listEvents(organization.uid),
  });
  const place: Place = { organization: organization.uid, event };
  const template = useQuery({
    queryKey: [...templatesKey(place), kind, language],
    queryFn: () => getTemplate(place, kind, language),
    // What is being edited must not change under the hand.
    refetchOnWindowFocus: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return (
    <div className="page stack">
      {heading(texts.lead)}
      <div className="mail-choice">
        <SelectField
          label={texts.event}
          value={event}
          placeholder={texts.everyEvent}
          options={(events.data?.items ?? []).map((one) => ({
            value: one.uid,
            label: text(one.title),
          }))}
          onChange={setEvent}
        />
        <SelectField
          label={texts.kind}
          value={kind}
          options={KINDS.map((value) => ({ value, label: texts.kinds[value] ?? value }))}
          onChange={(chosen) => setKind(chosen as Kind)}
        />
        <SelectField
          label={texts.language}
          value={language}
          options={LOCALES.map((value) => ({ value, label: languageName(value, locale) }))}
          onChange={setLanguage}
        />
      </div>
      {template.isPending && <Skeleton label={t.common.loading} lines={6} />}
      {template.isError && (
        <ProblemAlert error={template.error} onRetry={() => template.refetch()} />
      )}
      {template.data && (
        <MailEditor
          key={`${event}/${kind}/${language}`}
          place={place}
          kind={kind}
          language={language}
          template={template.data}
        />
      )}
      <RulesCard key={event} event={event} />
      <MailingsCard
        organization={organization.uid}
        event={event}
        mayStart={organization.permissions.has("registration:manage")}
      />
    </div>
  );
}
