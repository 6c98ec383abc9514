import { useState } from "react";
import { LinkButton } from "@/components/ui/Button";
import { Alert } from "@/components/ui/Feedback";
import { asProblem } from "@/lib/api/problem";
import { useFragmentSecret } from "@/lib/fragment";
import { resendVerification, verifyEmail } from "../api";
import { useTexts } from "../texts";
import { EntryCard } from "./EntryCard";
import { EntryForm } from "./EntryForm";
import { EmailField, isEmail, PasswordField } from "./fields";

type Outcome = "open" | "done" | "dead";

/**
 * `/verify-email#token`. The link alone opens nothing: whoever signed up chose the password, and need not be the one who
 * reads the mail.
 */
export function VerifyEmailPage() {
  const texts = useTexts();
  const token = useFragmentSecret();
  const [password, setPassword] = useState("");
  const [isTried, setTried] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>(token ? "open" : "dead");
  const wrong = password ? null : texts.passwordMissing;

  const submit = async () => {
    try {
      await verifyEmail(token, password);
    } catch (error) {
      if (asProblem(error).slug !== "link-not-valid") throw error;
      setOutcome("dead");
      return;
    }
    setOutcome("done");
  };

  if (outcome === "done") {
    return (
      <EntryCard title={texts.verifiedTitle} lead={texts.verifiedLead}>
        <LinkButton to="/sign-in" variant="primary" size="l" wide>
          {texts.signIn}
        </LinkButton>
      </EntryCard>
    );
  }
  if (outcome === "dead") {
    return (
      <EntryCard title={texts.verifyFailedTitle} lead={texts.verifyFailedLead}>
        <ResendForm />
      </EntryCard>
    );
  }
  return (
    <EntryCard title={texts.verifyTitle} lead={texts.verifyLead}>
      <EntryForm
        action={texts.verify}
        busy={texts.verifying}
        errors={{ "entry-password": wrong }}
        onTry={() => setTried(true)}
        onSubmit={submit}
      >
        <PasswordField
          label={texts.password}
          hint={texts.verifyHint}
          value={password}
          onChange={setPassword}
          error={isTried && wrong}
        />
      </EntryForm>
      <LinkButton to="/forgot-password" variant="quiet">
        {texts.verifyOtherwise}
      </LinkButton>
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
