import type { ReactNode } from "react";
import { Link } from "react-router";
import { asProblem } from "@/lib/api/problem";
import type { Messages } from "@/lib/i18n/en";
import { useMessages } from "@/lib/i18n/i18n";
import { Button } from "./Button";
import { Alert } from "./Feedback";

/** One sentence for a failed request that says what to do next. */
export function explainProblem(error: unknown, t: Messages): string {
  const problem = asProblem(error);
  const wait = problem.retryAfter === null ? null : Math.max(1, Math.ceil(problem.retryAfter));
  if (problem.isOffline) return t.problem.offline;
  if (problem.status === 429) return wait === null ? t.problem.busy : t.problem.busyFor(wait);
  if (problem.status >= 500)
    return wait === null ? t.problem.unavailable : t.problem.unavailableFor(wait);
  return problem.detail || problem.title || t.problem.title;
}

type ProblemAlertProps = {
  error: unknown;
  title?: string;
  /** Says a refusal better than its own text does. */
  explanation?: string | null | undefined;
  onRetry?: () => void;
  actions?: ReactNode;
};

export function ProblemAlert({ error, title, explanation, onRetry, actions }: ProblemAlertProps) {
  const t = useMessages();
  const { requestId } = asProblem(error);
  return (
    <Alert
      tone="bad"
      live
      title={title ?? t.problem.title}
      actions={
        (onRetry || actions) && (
          <>
            {onRetry && <Button onPress={onRetry}>{t.common.retry}</Button>}
            {actions}
          </>
        )
      }
    >
      <p>{explanation ?? explainProblem(error, t)}</p>
      {requestId && (
        <p className="small soft">
          {t.problem.requestId(requestId)}{" "}
          <Link to={`/support?request=${encodeURIComponent(requestId)}`}>{t.problem.support}</Link>
        </p>
      )}
    </Alert>
  );
}
