import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useEffect } from "react";
import { Navigate, useParams } from "react-router";
import { LinkButton } from "@/components/ui/Button";
import { Alert, EmptyState, Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { asProblem } from "@/lib/api/problem";
import type { Flow, Registration } from "@/lib/api/types";
import {
  type FormField,
  fieldsOfDocument,
  readDocument,
  type ServedDocument,
} from "@/lib/document";
import { useI18n, useMessages, useText } from "@/lib/i18n/i18n";
import { getFlow, getRegistration } from "./api";
import { ContinueElsewhere, loadResumeLinkDialog } from "./ContinueElsewhere";
import { prepareInputs } from "./form/inputs/registry";
import { capability } from "./guestTokens";
import { Progress } from "./Progress";
import { SaveState } from "./SaveState";
import { FormStep } from "./steps/FormStep";
import { useWizard, type Wizard } from "./useWizard";
import "./wizard.css";

// What the first page of a form does not need comes right after it, while the participant reads: a line that breaks later then
// finds every step here already.
const load = {
  conflict: () => import("./ConflictDialog"),
  newer: () => import("./newer/NewerForm"),
  confirmation: () => import("./confirmation/Confirmation"),
  attendees: () => import("./steps/AttendeesStep"),
  review: () => import("./steps/ReviewStep"),
  tickets: () => import("./steps/TicketsStep"),
  cancel: () => import("./confirmation/CancelDialog"),
  participant: () => import("./participant/Participant"),
  resume: loadResumeLinkDialog,
};
const ConflictDialog = lazy(load.conflict);
const NewerForm = lazy(load.newer);
const Confirmation = lazy(load.confirmation);
const Participant = lazy(load.participant);
const AttendeesStep = lazy(load.attendees);
const ReviewStep = lazy(load.review);
const TicketsStep = lazy(load.tickets);

/** What another module adds to a finished registration; it gets the headers that open it. */
export type YourData = (uid: string, capability: Record<string, string>) => ReactNode;

function usePreload(): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const part of Object.values(load)) part().catch(() => {});
    }, 1500);
    return () => clearTimeout(timer);
  }, []);
}

function fieldsOf(flow: Flow): FormField[] {
  return Object.values(flow.forms).flatMap(({ source }) =>
    fieldsOfDocument(readDocument(source as ServedDocument)),
  );
}

/** Loads a registration with the flow it is pinned to, and shows the step where it stands. */
export function RegistrationWizard({ uid, yourData }: { uid: string; yourData: YourData }) {
  const { language, messages: t } = useI18n();
  // The draft keeps its own copy from here on; a refetch behind its back would only confuse the revisions.
  const own = {
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  } as const;
  const registration = useQuery({
    queryKey: ["registration", uid],
    queryFn: () => getRegistration(uid),
    ...own,
  });
  const flow = useQuery({
    queryKey: ["registration-flow", uid],
    queryFn: async () => {
      const found = await getFlow(uid);
      await prepareInputs(fieldsOf(found), language);
      return found;
    },
    ...own,
  });

  if (registration.data && flow.data) {
    return (
      <OpenRegistration
        key={`${uid} ${flow.data.flow.uid}`}
        flow={flow.data}
        registration={registration.data}
        yourData={yourData}
      />
    );
  }
  const error = registration.error ?? flow.error;
  if (!error) return <PageSkeleton />;
  return (
    <div className="page page-narrow">
      {[401, 403, 404].includes(asProblem(error).status) ? (
        <EmptyState
          title={t.wizard.notFoundTitle}
          action={
            <div className="row">
              <LinkButton to={`/sign-in?next=/register/${uid}`}>{t.nav.signIn}</LinkButton>
              <LinkButton to="/">{t.common.home}</LinkButton>
            </div>
          }
        >
          {t.wizard.notFoundDetail}
        </EmptyState>
      ) : (
        <ProblemAlert
          error={error}
          onRetry={() => {
            registration.refetch();
            flow.refetch();
          }}
        />
      )}
    </div>
  );
}

function PageSkeleton() {
  const t = useMessages();
  return (
    <div className="page page-narrow">
      <Skeleton label={t.common.loading} lines={6} />
    </div>
  );
}

type OpenRegistrationProps = { flow: Flow; registration: Registration; yourData: YourData };

function OpenRegistration({ flow, registration, yourData }: OpenRegistrationProps) {
  const t = useMessages();
  const wizard = useWizard(flow, registration);
  usePreload();
  const { state, event } = wizard.snapshot.registration;
  if (state === "expired") {
    return (
      <div className="page page-narrow">
        <EmptyState
          title={t.wizard.expiredTitle}
          action={
            <LinkButton to={`/events/${event.slug}`} variant="primary">
              {t.wizard.startAgain}
            </LinkButton>
          }
        >
          {t.wizard.expiredDetail}
        </EmptyState>
      </div>
    );
  }
  if (state !== "draft") {
    return (
      <Suspense fallback={<PageSkeleton />}>
        <Confirmation
          registration={wizard.snapshot.registration}
          onChange={(next) => wizard.draft.adopt(next)}
        >
          {state === "confirmed" && (
            <Participant
              wizard={wizard}
              registration={wizard.snapshot.registration}
              onChange={(next) => wizard.draft.adopt(next)}
            />
          )}
          {yourData(registration.uid, capability(registration.uid))}
        </Confirmation>
      </Suspense>
    );
  }
  return <OpenDraft wizard={wizard} />;
}

function OpenDraft({ wizard }: { wizard: Wizard }) {
  const t = useMessages();
  const text = useText();
  const { step: wanted } = useParams();
  const { snapshot, steps, draft } = wizard;
  const step = steps.find(({ name }) => name === wanted);

  // Leaving a step shows its answers from then on as the server keeps them: trimmed, and sealed ones masked.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the step changes
  useEffect(() => {
    draft.flush().then(() => draft.settle());
  }, [draft, wanted]);

  if (!step) {
    const next = steps.find(({ name }) => !wizard.isComplete(name)) ?? steps.at(-1);
    // An empty page between two full ones would make the footer jump.
    return next ? (
      <>
        <Navigate to={wizard.pathTo(next.name)} replace />
        <PageSkeleton />
      </>
    ) : null;
  }
  return (
    <div className="page wizard">
      <div className="wizard-side">
        <p className="wizard-event">{text(snapshot.registration.event.title)}</p>
        <Progress wizard={wizard} current={step.name} />
        <ContinueElsewhere uid={snapshot.registration.uid} beforeCreate={() => draft.flush()} />
      </div>
      <div className="wizard-main">
        <SaveState status={snapshot.status} onRetry={() => draft.flush()} />
        <Suspense>
          <NewerForm wizard={wizard} />
        </Suspense>
        {snapshot.merged && (
          <Alert tone="info" live>
            {t.wizard.mergedNotice}
          </Alert>
        )}
        <Suspense fallback={<Skeleton label={t.common.loading} lines={5} />}>
          <Step key={step.name} wizard={wizard} name={step.name} kind={step.kind} />
        </Suspense>
      </div>
      {snapshot.conflicts.length > 0 && (
        <Suspense>
          <ConflictDialog wizard={wizard} />
        </Suspense>
      )}
    </div>
  );
}

function Step({
  wizard,
  name,
  kind,
}: {
  wizard: Wizard;
  name: string;
  kind: Wizard["steps"][number]["kind"];
}) {
  switch (kind) {
    case "form":
      return <FormStep wizard={wizard} stepName={name} />;
    case "tickets":
      return <TicketsStep wizard={wizard} stepName={name} />;
    case "attendees":
      return <AttendeesStep wizard={wizard} stepName={name} />;
    default:
      return <ReviewStep wizard={wizard} stepName={name} />;
  }
}
