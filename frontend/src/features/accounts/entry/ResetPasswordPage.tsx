import { useState } from "react";
import { LinkButton } from "@/components/ui/Button";
import { asProblem } from "@/lib/api/problem";
import { useFragmentSecret } from "@/lib/fragment";
import { useEndSession } from "@/lib/session/session";
import { confirmReset } from "../api";
import { useTexts } from "../texts";
import { EntryCard } from "./EntryCard";
import { EntryForm } from "./EntryForm";
import { PasswordField, SHORTEST_WITH_FACTOR } from "./fields";

type Outcome = "open" | "done" | "dead";

/** `/reset-password#token` */
export function ResetPasswordPage() {
  const texts = useTexts();
  const token = useFragmentSecret();
  const endSession = useEndSession();
  const [password, setPassword] = useState("");
  const [isTried, setTried] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>("open");
  // Whether 15 are needed is told by the server alone: who asks here is not known to have a second factor.
  const wrong =
    password.length >= SHORTEST_WITH_FACTOR ? null : texts.passwordShort(SHORTEST_WITH_FACTOR);

  const submit = async () => {
    try {
      await confirmReset(token, password);
    } catch (error) {
      if (asProblem(error).slug !== "link-not-valid") throw error;
      setOutcome("dead");
      return;
    }
    endSession();
    setOutcome("done");
  };

  if (outcome === "done") {
    return (
      <EntryCard title={texts.resetDoneTitle} lead={texts.resetDoneLead}>
        <LinkButton to="/sign-in" variant="primary" size="l" wide>
          {texts.signIn}
        </LinkButton>
      </EntryCard>
    );
  }
  if (outcome === "dead" || !token) {
    return (
      <EntryCard title={texts.verifyFailedTitle} lead={texts.resetFailedLead}>
        <LinkButton to="/forgot-password" variant="primary" size="l" wide>
          {texts.forgotSend}
        </LinkButton>
      </EntryCard>
    );
  }
  return (
    <EntryCard title={texts.resetTitle} lead={texts.resetLead}>
      <EntryForm
        action={texts.resetSave}
        busy={texts.saving}
        errors={{ "entry-password": wrong }}
        onTry={() => setTried(true)}
        onSubmit={submit}
      >
        <PasswordField
          label={texts.newPassword}
          hint={texts.newPasswordHint}
          isNew
          value={password}
          onChange={setPassword}
          error={isTried && wrong}
        />
      </EntryForm>
    </EntryCard>
  );
}
