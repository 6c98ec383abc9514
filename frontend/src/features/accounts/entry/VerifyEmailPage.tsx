import { useEffect, useState } from "react";
import { LinkButton } from "@/components/ui/Button";
import { Alert, Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { asProblem } from "@/lib/api/problem";
import { useFragmentSecret } from "@/lib/fragment";
import { useMessages } from "@/lib/i18n/i18n";
import { resendVerification, verifyEmail } from "../api";
import { useTexts } from "../texts";
import { EntryCard } from "./EntryCard";
import { EntryForm } from "./EntryForm";
import { EmailField, isEmail } from "./fields";

// A link works once. React may run an effect twice, so the attempt is remembered by its token.
const attempts = new Map<string, Promise<unknown>>();

function verifyOnce(token: string): Promise<unknown> {
  const known = attempts.get(token) ?? verifyEmail(token);
  attempts.set(token, known);
  known.catch(() => attempts.delete(token));
  return known;
}

/** `/verify-email#token` */
export function VerifyEmailPage() {
  const t = useMessages();
  const texts = useTexts();
  const token = useFragmentSecret();
  const [isDone, setDone] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt sends it again
  useEffect(() => {
    let isCurrent = true;
    setProblem(null);
    if (!token) return;
    verifyOnce(token).then(
      () => isCurrent && setDone(true),
      (error) => isCurrent && setProblem(error),
    );
    return () => {
      isCurrent = false;
    };
  }, [token, attempt]);

  if (isDone) {
    return (
      <EntryCard title={texts.verifiedTitle} lead={texts.verifiedLead}>
        <LinkButton to="/sign-in" variant="primary" size="l" wide>
          {texts.signIn}
        </LinkButton>
      </EntryCard>
    );
  }
  if (problem !== null && asProblem(problem).isTransient) {
    return (
      <EntryCard title={texts.verifyTitle}>
        <ProblemAlert error={problem} onRetry={() => setAttempt(attempt + 1)} />
      </EntryCard>
    );
  }
  if (problem !== null || !token) {
    return (
      <EntryCard title={texts.verifyFailedTitle} lead={texts.verifyFailedLead}>
        <ResendForm />
      </EntryCard>
    );
  }
  return (
    <EntryCard title={texts.verifyTitle}>
      <Skeleton label={t.common.loading} lines={2} />
    </EntryCard>
  );
}

function ResendForm() {
  const texts = useTexts();
  const [email, setEmail] = useState("");
  const [isTried, setTried] = useState(false);
  const [isSent, setSent] = useState(false);
  const wrong = isEmail(email) ? null : texts.emailMissing;
  if (isSent) {
    return (
      <Alert tone="good" live>
        {texts.sentAgain}
      </Alert>
    );
  }
  return (
    <EntryForm
      action={texts.sendAgain}
      busy={texts.sending}
      errors={{ "entry-email": wrong }}
      onTry={() => setTried(true)}
      onSubmit={async () => {
        await resendVerification(email.trim());
        setSent(true);
      }}
    >
      <EmailField value={email} onChange={setEmail} error={isTried && wrong} />
    </EntryForm>
  );
}
