import { useState } from "react";
import { LinkButton } from "@/components/ui/Button";
import { TextField } from "@/components/ui/TextField";
import { signUp } from "../api";
import { useTexts } from "../texts";
import { EntryCard } from "./EntryCard";
import { EntryForm } from "./EntryForm";
import { EmailField, isEmail, PasswordField, SHORTEST_PASSWORD } from "./fields";
import { ResendMail } from "./ResendMail";

export function SignUpPage() {
  const texts = useTexts();
  const [sentTo, setSentTo] = useState<string | null>(null);
  if (sentTo !== null) {
    return (
      <EntryCard title={texts.mailTitle} lead={texts.mailLead(sentTo)}>
        <p className="soft">{texts.mailSpam}</p>
        <ResendMail email={sentTo} />
        <LinkButton to="/sign-in" variant="quiet">
          {texts.toSignIn}
        </LinkButton>
      </EntryCard>
    );
  }
  return (
    <EntryCard title={texts.signUpTitle} lead={texts.signUpLead}>
      <SignUpForm onSent={setSentTo} />
      <LinkButton to="/sign-in" variant="quiet">
        {texts.toSignIn}
      </LinkButton>
    </EntryCard>
  );
}

function SignUpForm({ onSent }: { onSent: (email: string) => void }) {
  const texts = useTexts();
  const [entry, setEntry] = useState({ name: "", email: "", password: "" });
  const [isTried, setTried] = useState(false);
  const errors = {
    "entry-name": entry.name.trim() ? null : texts.nameMissing,
    "entry-email": isEmail(entry.email) ? null : texts.emailMissing,
    "entry-password":
      entry.password.length >= SHORTEST_PASSWORD ? null : texts.passwordShort(SHORTEST_PASSWORD),
  };
  return (
    <EntryForm
      action={texts.signUp}
      busy={texts.signingUp}
      errors={errors}
      onTry={() => setTried(true)}
      onSubmit={async () => {
        const email = entry.email.trim();
        await signUp({ name: entry.name.trim(), email, password: entry.password });
        onSent(email);
      }}
    >
      <TextField
        id="entry-name"
        label={texts.name}
        value={entry.name}
        onChange={(name) => setEntry({ ...entry, name })}
        autoComplete="name"
        isRequired
        error={isTried ? errors["entry-name"] : null}
      />
      <EmailField
        value={entry.email}
        onChange={(email) => setEntry({ ...entry, email })}
        error={isTried && errors["entry-email"]}
      />
      <PasswordField
        label={texts.password}
        hint={texts.newPasswordHint}
        isNew
        value={entry.password}
        onChange={(password) => setEntry({ ...entry, password })}
        error={isTried && errors["entry-password"]}
      />
    </EntryForm>
  );
}
