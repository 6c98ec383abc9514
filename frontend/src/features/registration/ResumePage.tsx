import { useEffect, useState } from "react";
import { useNavigate } from "react-router";
import { LinkButton } from "@/components/ui/Button";
import { EmptyState, Skeleton } from "@/components/ui/Feedback";
import { PageHeading } from "@/components/ui/PageHeading";
import { ProblemAlert } from "@/components/ui/Problem";
import { asProblem } from "@/lib/api/problem";
import { useMessages } from "@/lib/i18n/i18n";
import { exchangeResumeToken } from "./start";

// A link works once. React may run an effect twice, so the exchange is remembered by its token.
const exchanges = new Map<string, ReturnType<typeof exchangeResumeToken>>();

function exchange(token: string): ReturnType<typeof exchangeResumeToken> {
  const known = exchanges.get(token) ?? exchangeResumeToken(token);
  exchanges.set(token, known);
  known.catch(() => exchanges.delete(token));
  return known;
}

/** `/resume#token`: the token is in the fragment, which no server log and no referrer ever sees. */
export function ResumePage() {
  const t = useMessages();
  const navigate = useNavigate();
  const [token] = useState(() => decodeURIComponent(window.location.hash.replace(/^#/, "")));
  const [problem, setProblem] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another exchange
  useEffect(() => {
    let isCurrent = true;
    setProblem(null);
    exchange(token).then(
      (registration) => isCurrent && navigate(`/register/${registration.uid}`, { replace: true }),
      (error) => isCurrent && setProblem(error),
    );
    return () => {
      isCurrent = false;
    };
  }, [token, navigate, attempt]);

  if (problem === null) {
    return (
      <div className="page page-narrow stack">
        <PageHeading title={t.resume.opening} />
        <Skeleton label={t.common.loading} lines={4} />
      </div>
    );
  }
  return (
    <div className="page page-narrow">
      {asProblem(problem).isTransient ? (
        <ProblemAlert error={problem} onRetry={() => setAttempt((count) => count + 1)} />
      ) : (
        <EmptyState
          title={t.resume.failedTitle}
          action={<LinkButton to="/">{t.common.home}</LinkButton>}
        >
          {t.resume.failedDetail}
        </EmptyState>
      )}
    </div>
  );
}
