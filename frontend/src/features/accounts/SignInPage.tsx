import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { Button } from "@/components/ui/Button";
import { Alert } from "@/components/ui/Feedback";
import { PageHeading } from "@/components/ui/PageHeading";
import { explainProblem } from "@/components/ui/Problem";
import { TextField } from "@/components/ui/TextField";
import { api, unwrap } from "@/lib/api/client";
import { asProblem } from "@/lib/api/problem";
import { useMessages } from "@/lib/i18n/i18n";
import { useSignIn } from "@/lib/session/session";
import "./accounts.css";

const SHORTEST_PASSWORD = 15;

/** Only a path of this app: an address from the query must not lead elsewhere. */
function safePath(wanted: string | null): string {
  return wanted && /^\/(?![/\\])/.test(wanted) ? wanted : "/account";
}

type Entry = { name: string; email: string; password: string };

export function SignInPage() {
  const t = useMessages();
  const [isNew, setNew] = useState(false);
  return (
    <div className="page sign-in">
      <div className="sign-in-card">
        <div className="stack-s">
          <PageHeading
            title={isNew ? t.account.signUpTitle : t.account.signInTitle}
            focusKey={String(isNew)}
          />
          <p className="soft">{isNew ? t.account.signUpLead : t.account.signInLead}</p>
        </div>
        <AccountForm key={String(isNew)} isNew={isNew} />
        <Button variant="quiet" onPress={() => setNew(!isNew)}>
          {isNew ? t.account.toSignIn : t.account.toSignUp}
        </Button>
      </div>
    </div>
  );
}

function useErrors(entry: Entry, isNew: boolean): Partial<Entry> {
  const t = useMessages();
  const errors: Partial<Entry> = {};
  if (isNew && !entry.name.trim()) errors.name = t.account.nameMissing;
  if (!/^[^\s@]+@[^\s@]+$/.test(entry.email.trim())) errors.email = t.account.emailMissing;
  if (!entry.password) errors.password = t.account.passwordMissing;
  else if (isNew && entry.password.length < SHORTEST_PASSWORD)
    errors.password = t.account.passwordShort;
  return errors;
}

function AccountForm({ isNew }: { isNew: boolean }) {
  const t = useMessages();
  const signIn = useSignIn();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const [entry, setEntry] = useState<Entry>({ name: "", email: "", password: "" });
  const [isTried, setTried] = useState(false);
  const [isPending, setPending] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const errors = useErrors(entry, isNew);
  const shown = isTried ? errors : {};

  const change = (part: Partial<Entry>) => {
    setRefusal(null);
    setEntry((known) => ({ ...known, ...part }));
  };

  const explain = (error: unknown): string => {
    const problem = asProblem(error);
    if (!isNew && problem.status === 401) return t.account.wrong;
    if (isNew && problem.status === 409) return t.account.taken;
    const [first] = problem.errors;
    return first ? first.message : explainProblem(problem, t);
  };

  const submit = async () => {
    setTried(true);
    const [firstWrong] = Object.keys(errors);
    if (firstWrong) {
      document.getElementById(`account-${firstWrong}`)?.focus();
      return;
    }
    setPending(true);
    setRefusal(null);
    try {
      const email = entry.email.trim();
      const { name, password } = entry;
      if (isNew)
        await unwrap(
          api.POST("/api/v1/auth/accounts", { body: { name: name.trim(), email, password } }),
        );
      await signIn(email, password);
      navigate(safePath(params.get("next")), { replace: true });
    } catch (error) {
      setRefusal(explain(error));
    } finally {
      setPending(false);
    }
  };

  const [idle, busy] = isNew
    ? [t.account.signUp, t.account.signingUp]
    : [t.account.signIn, t.account.signingIn];
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {refusal && (
        <Alert tone="bad" live>
          {refusal}
        </Alert>
      )}
      {isNew && (
        <TextField
          id="account-name"
          label={t.account.name}
          value={entry.name}
          onChange={(name) => change({ name })}
          autoComplete="name"
          isRequired
          error={shown.name}
        />
      )}
      <TextField
        id="account-email"
        label={t.account.email}
        value={entry.email}
        onChange={(email) => change({ email })}
        inputMode="email"
        autoComplete="username"
        isRequired
        error={shown.email}
      />
      <TextField
        id="account-password"
        label={t.account.password}
        hint={isNew ? t.account.newPasswordHint : undefined}
        type="password"
        value={entry.password}
        onChange={(password) => change({ password })}
        autoComplete={isNew ? "new-password" : "current-password"}
        isRequired
        error={shown.password}
      />
      <Button type="submit" variant="primary" size="l" wide isPending={isPending}>
        {isPending ? busy : idle}
      </Button>
    </form>
  );
}
