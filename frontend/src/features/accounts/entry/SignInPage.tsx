import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { LinkButton } from "@/components/ui/Button";
import { Alert } from "@/components/ui/Feedback";
import { asProblem } from "@/lib/api/problem";
import { useFragment } from "@/lib/fragment";
import { ownPath } from "@/lib/ownPath";
import { useStartSession } from "@/lib/session/session";
import { expectSession } from "@/lib/session/token";
import { listProviders, signIn, signOnAddress } from "../api";
import { useTexts } from "../texts";
import { EntryCard } from "./EntryCard";
import { EntryForm } from "./EntryForm";
import { EmailField, isEmail, PasswordField } from "./fields";
import { SecondFactorForm } from "./SecondFactorForm";

/** `/sign-in`; a sign-on that still lacks the second factor comes back to `/sign-in#challenge=…&return_to=…`. */
export function SignInPage() {
  const texts = useTexts();
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const start = useStartSession();
  const signOn = new URLSearchParams(useFragment());
  const [challenge, setChallenge] = useState(signOn.get("challenge"));
  const path = ownPath(signOn.get("return_to") ?? params.get("next"), "/account");

  const finish = async (accessToken: string) => {
    await start(accessToken);
    navigate(path, { replace: true });
  };

  if (challenge !== null) {
    return (
      <EntryCard title={texts.factorTitle}>
        <SecondFactorForm
          challenge={challenge}
          onDone={finish}
          onStartOver={() => setChallenge(null)}
        />
      </EntryCard>
    );
  }
  return (
    <EntryCard title={texts.signInTitle} lead={texts.signInLead}>
      <SignOnProblem slug={params.get("problem")} />
      <Providers path={path} />
      <PasswordForm onDone={finish} onChallenge={setChallenge} />
      <div className="stack-s">
        <LinkButton variant="quiet" to="/forgot-password">
          {texts.forgot}
        </LinkButton>
        <LinkButton variant="quiet" to="/sign-up">
          {texts.toSignUp}
        </LinkButton>
      </div>
    </EntryCard>
  );
}

function SignOnProblem({ slug }: { slug: string | null }) {
  const texts = useTexts();
  if (!slug) return null;
  return (
    <Alert tone="bad" live>
      {texts.signOnProblems[slug] ?? texts.signOnFailed}
    </Alert>
  );
}

/** The other services one can sign in with. When their list does not come, the password still works: nothing is said. */
function Providers({ path }: { path: string }) {
  const texts = useTexts();
  const providers = useQuery({ queryKey: ["providers"], queryFn: listProviders }).data ?? [];
  if (providers.length === 0) return null;
  return (
    <>
      <ul className="providers">
        {providers.map(({ slug, name }) => (
          <li key={slug}>
            <a
              className="button button-secondary button-l button-wide"
              href={signOnAddress(slug, path)}
              onClick={expectSession}
            >
              {texts.continueWith(name)}
            </a>
          </li>
        ))}
      </ul>
      <p className="or">{texts.or}</p>
    </>
  );
}

type PasswordFormProps = {
  onDone: (accessToken: string) => Promise<void>;
  onChallenge: (challenge: string) => void;
};

function PasswordForm({ onDone, onChallenge }: PasswordFormProps) {
  const texts = useTexts();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [isTried, setTried] = useState(false);
  const errors = {
    "entry-email": isEmail(email) ? null : texts.emailMissing,
    "entry-password": password ? null : texts.passwordMissing,
  };

  const submit = async () => {
    try {
      const { access_token } = await signIn(email.trim(), password);
      await onDone(access_token);
    } catch (error) {
      const { slug, document } = asProblem(error);
      if (slug !== "second-factor-needed" || typeof document.challenge !== "string") throw error;
      onChallenge(document.challenge);
    }
  };

  return (
    <EntryForm
      action={texts.signIn}
      busy={texts.signingIn}
      errors={errors}
      onTry={() => setTried(true)}
      onSubmit={submit}
      explain={(error) => (asProblem(error).status === 401 ? texts.wrong : null)}
    >
      <EmailField value={email} onChange={setEmail} error={isTried && errors["entry-email"]} />
      <PasswordField
        label={texts.password}
        value={password}
        onChange={setPassword}
        error={isTried && errors["entry-password"]}
      />
    </EntryForm>
  );
}
