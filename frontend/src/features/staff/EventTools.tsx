import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { CheckedForm } from "@/components/ui/CheckedForm";
import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { Dialog } from "@/components/ui/Dialog";
import { Alert, Badge } from "@/components/ui/Feedback";
import { PageHeading } from "@/components/ui/PageHeading";
import { TextField } from "@/components/ui/TextField";
import { api, unwrap } from "@/lib/api/client";
import type { EventSummary } from "@/lib/api/types";
import { useMessages, useText } from "@/lib/i18n/i18n";
import { useFilterEvents } from "./queries";
import { useTexts } from "./texts";

type Asked = { event: EventSummary; kind: "clone" | "trials" } | null;

/** An organization's programs: looked at before they are published, tried, made again. */
export function EventTools({ organization }: { organization: string }) {
  const texts = useTexts();
  const client = useQueryClient();
  const [asked, setAsked] = useState<Asked>(null);
  const [made, setMade] = useState<string | null>(null);
  const events = useFilterEvents(organization).data?.items ?? [];
  const refresh = () => client.invalidateQueries({ queryKey: ["staff-events"] });
  return (
    <div className="page stack">
      <PageHeading title={texts.events} />
      <p className="lead">{texts.eventsLead}</p>
      {made && (
        <Alert tone="good" live>
          {texts.cloned(made)}
        </Alert>
      )}
      <ul className="staff-events">
        {events.map((event) => (
          <OneEvent key={event.uid} event={event} onAsk={(kind) => setAsked({ event, kind })} />
        ))}
      </ul>
      {asked?.kind === "clone" && (
        <CloneDialog
          event={asked.event}
          onClose={() => setAsked(null)}
          onMade={(slug) => {
            setAsked(null);
            setMade(slug);
            refresh();
          }}
        />
      )}
      {asked?.kind === "trials" && (
        <ConfirmDialog
          title={texts.removeTrials}
          confirm={texts.removeTrials}
          onConfirm={() => removeTrials(asked.event.uid)}
          onClose={() => setAsked(null)}
        >
          <p>{texts.removeTrialsLead}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

async function removeTrials(event: string): Promise<void> {
  let more = true;
  while (more) {
    const path = { event };
    more = (await unwrap(api.DELETE("/api/v1/events/{event}/trials", { params: { path } }))).more;
  }
}

type OneEventProps = { event: EventSummary; onAsk: (kind: "clone" | "trials") => void };

function OneEvent({ event, onAsk }: OneEventProps) {
  const texts = useTexts();
  const text = useText();
  const client = useQueryClient();
  const title = text(event.title);
  const preview = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/events/{event}/previews", { params: { path: { event: event.uid } } }),
      ),
    onSuccess: ({ url }) => window.open(new URL(url).pathname + new URL(url).hash, "_blank"),
  });
  const testing = useMutation({
    mutationFn: async () => {
      const path = { event: event.uid, organization: event.organization.uid };
      const now = await unwrap(
        api.GET("/api/v1/organizations/{organization}/events/{event}", { params: { path } }),
      );
      return unwrap(
        api.PATCH("/api/v1/events/{event}", {
          params: { path: { event: event.uid }, header: { "If-Match": `"${now.revision}"` } },
          body: { test_mode: !event.test_mode },
        }),
      );
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["staff-events"] }),
  });
  return (
    <li className="card stack-s">
      <span className="row">
        <h2>{title}</h2>
        <Badge tone={event.state === "published" ? "good" : "plain"}>
          {texts.eventState[event.state] ?? event.state}
        </Badge>
        {event.test_mode && <Badge tone="warn">{texts.testingTitle}</Badge>}
      </span>
      {event.test_mode && <p className="soft small">{texts.testLead}</p>}
      <span className="row">
        <Button
          onPress={() => preview.mutate()}
          isPending={preview.isPending}
          aria-label={texts.previewOf(title)}
        >
          {texts.preview}
        </Button>
        <Button onPress={() => onAsk("clone")} aria-label={texts.cloneOf(title)}>
          {texts.clone}
        </Button>
        <Button
          onPress={() => testing.mutate()}
          isPending={testing.isPending}
          aria-label={`${event.test_mode ? texts.testOff : texts.testOn}: ${title}`}
        >
          {event.test_mode ? texts.testOff : texts.testOn}
        </Button>
        <Button onPress={() => onAsk("trials")} aria-label={`${texts.removeTrials}: ${title}`}>
          {texts.removeTrials}
        </Button>
      </span>
      {(preview.isError || testing.isError) && (
        <Alert tone="bad" live>
          {texts.previewFailed}
        </Alert>
      )}
    </li>
  );
}

type CloneDialogProps = {
  event: EventSummary;
  onClose: () => void;
  onMade: (slug: string) => void;
};

const SLUG = /^[a-z0-9](-?[a-z0-9]){1,60}$/;

function CloneDialog({ event, onClose, onMade }: CloneDialogProps) {
  const t = useMessages();
  const texts = useTexts();
  const text = useText();
  const [slug, setSlug] = useState(`${event.slug}-2`);
  const [day, setDay] = useState("");
  const wrong = SLUG.test(slug) ? null : texts.slugMissing;
  return (
    <Dialog title={texts.cloneOf(text(event.title))} isOpen onClose={onClose}>
      <p className="soft">{texts.cloneLead}</p>
      <CheckedForm
        action={texts.cloneAction}
        busy={texts.cloning}
        errors={{ "clone-slug": wrong }}
        problems={texts.cloneProblems}
        onSubmit={async () => {
          // The clone begins at the same time of day as its model.
          const starts = day ? { starts_at: day + event.starts_at.slice(10) } : {};
          await unwrap(
            api.POST("/api/v1/events/{event}/clones", {
              params: { path: { event: event.uid } },
              body: { slug, ...starts },
            }),
          );
          onMade(slug);
        }}
      >
        <TextField
          id="clone-slug"
          label={texts.slug}
          hint={texts.slugHint}
          value={slug}
          onChange={setSlug}
          error={wrong}
          isRequired
        />
        <TextField
          label={texts.startsAt}
          hint={texts.startsAtHint}
          type="date"
          value={day}
          onChange={setDay}
        />
      </CheckedForm>
      <div>
        <Button onPress={onClose}>{t.common.close}</Button>
      </div>
    </Dialog>
  );
}
