import { lazy, Suspense } from "react";
import { Button, LinkButton } from "@/components/ui/Button";
import { Alert } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { useMessages } from "@/lib/i18n/i18n";
import type { Wizard } from "../useWizard";
import type { Finish } from "./useFinishStep";

const SoldOutAlert = lazy(() => import("./SoldOutAlert"));

type StepActionsProps = {
  wizard: Wizard;
  stepName: string;
  finish: Finish;
  onBack?: (() => void) | undefined;
  isLastPage?: boolean;
};

/** "Back" and "Continue" under a step, and what went wrong when it could not be finished. */
export function StepActions({
  wizard,
  stepName,
  finish,
  onBack,
  isLastPage = true,
}: StepActionsProps) {
  const t = useMessages();
  const before = wizard.stepBefore(stepName);
  const submits = isLastPage && wizard.submitsAt(stepName);
  const forward = finish.isPending
    ? submits
      ? t.wizard.submitting
      : t.wizard.saving
    : submits
      ? t.wizard.submit
      : t.common.next;
  const isOffline = wizard.snapshot.status.kind === "offline";
  return (
    <>
      {isOffline && isLastPage && (
        <Alert tone="warn" live>
          {submits ? t.wizard.offlineSubmit : t.wizard.offlineNext}
        </Alert>
      )}
      {finish.problem &&
        !(isOffline && finish.problem.isOffline) &&
        (finish.problem.slug === "ticket-sold-out" ? (
          <Suspense>
            <SoldOutAlert wizard={wizard} stepName={stepName} problem={finish.problem} />
          </Suspense>
        ) : (
          <ProblemAlert error={finish.problem} />
        ))}
      <div className="step-actions">
        {onBack ? (
          <Button onPress={onBack}>{t.common.back}</Button>
        ) : before ? (
          <LinkButton to={wizard.pathTo(before)}>{t.common.back}</LinkButton>
        ) : (
          <span />
        )}
        <Button type="submit" variant="primary" size="l" isPending={finish.isPending}>
          {forward}
        </Button>
      </div>
    </>
  );
}
