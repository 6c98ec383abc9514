import { useState } from "react";
import { LinkButton } from "@/components/ui/Button";
import { requestReset } from "../api";
import { useTexts } from "../texts";
import { EntryCard } from "./EntryCard";
import { EntryForm } from "./EntryForm";
import { EmailField, isEmail } from "./fields";

export function ForgotPasswordPage() {
  const texts = useTexts();
  const [email, setEmail] = useState("");
  const [isTried, setTried] = useState(false);
  const [isSent, setSent] = useState(false);
  const wrong = isEmail(email) ? null : texts.emailMissing;
  const back = (
    <LinkButton to="/sign-in" variant="quiet">
      {texts.toSignIn}
    </LinkButton>
  );
  if (isSent) {
    return (
      <EntryCard title={texts.mailTitle} lead={texts.forgotSentLead(email.trim())}>
        <p className="soft">{texts.mailSpam}</p>
        {back}
      </EntryCard>
    );
  }
  return (
    <EntryCard title={texts.forgotTitle} lead={texts.forgotLead}>
      <EntryForm
        action={texts.forgotSend}
        busy={texts.sending}
        errors={{ "entry-email": wrong }}
        onTry={() => setTried(true)}
        onSubmit={async () => {
          await requestReset(email.trim());
          setSent(true);
        }}
      >
        <EmailField value={email} onChange={setEmail} error={isTried && wrong} />
      </EntryForm>
      {back}
    </EntryCard>
  );
}
