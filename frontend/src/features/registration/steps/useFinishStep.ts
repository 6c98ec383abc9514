import { useState } from "react";
import { useNavigate } from "react-router";
import { type ApiProblem, asProblem } from "@/lib/api/problem";
import { DraftConflict } from "../draft/snapshot";
import type { Wizard } from "../useWizard";

export type Finish = {
  run: () => Promise<"done" | "refused" | "failed">;
  isPending: boolean;
  problem: ApiProblem | null;
  clear: () => void;
};

/** Saves a step as finished and goes on to the next; on the last step before the confirmation it also submits. */
export function useFinishStep(wizard: Wizard, stepName: string): Finish {
  const navigate = useNavigate();
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);

  const run = async (): Promise<"done" | "refused" | "failed"> => {
    setPending(true);
    setProblem(null);
    try {
      // A review has nothing of its own to save.
      const kind = wizard.steps.find(({ name }) => name === stepName)?.kind;
      if (kind !== "review") await wizard.draft.complete(stepName);
      wizard.draft.settle();
      const next = wizard.stepAfter(stepName);
      if (wizard.submitsAt(stepName)) await wizard.draft.submit();
      navigate(next ? wizard.pathTo(next) : wizard.pathTo());
      return "done";
    } catch (error) {
      // A conflict has its own dialog; after it the participant presses "Continue" again.
      if (error instanceof DraftConflict) return "failed";
      const refusal = asProblem(error);
      if (refusal.status === 422 && refusal.errors.length > 0) return "refused";
      setProblem(refusal);
      return "failed";
    } finally {
      setPending(false);
    }
  };

  return { run, isPending, problem, clear: () => setProblem(null) };
}
