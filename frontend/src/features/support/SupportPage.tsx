import { useState } from "react";
import { useSearchParams } from "react-router";
import { Button } from "@/components/ui/Button";
import { CheckedForm } from "@/components/ui/CheckedForm";
import { Alert } from "@/components/ui/Feedback";
import { PageHeading } from "@/components/ui/PageHeading";
import { TextField } from "@/components/ui/TextField";
import { useSession } from "@/lib/session/session";
import { sendSupportRequest } from "./api";
import { useTexts } from "./texts";

export function SupportPage() {
  const texts = useTexts();
  const [sent, setSent] = useState<string | null>(null);
  return (
    <div className="page page-narrow stack">
      <div className="stack-s">
        <PageHeading title={texts.title} />
        <p className="lead">{texts.lead}</p>
      </div>
      {sent === null ? (
        <SupportForm onSent={setSent} />
      ) : (
        <Alert
          tone="good"
          title={texts.sentTitle}
          live
          actions={<Button onPress={() => setSent(null)}>{texts.again}</Button>}
        >
          <p>{texts.sentLead}</p>
          <p className="mono">{sent}</p>
        </Alert>
      )}
    </div>
  );
}

/** Only what looks like an identifier: whatever else an address brings does not get into a message to us. */
function identifier(text: string | null): string | null {
  return text && /^[\w.-]{1,64}$/.test(text) ? text : null;
}

function SupportForm({ onSent }: { onSent: (uid: string) => void }) {
  const texts = useTexts();
  const [params] = useSearchParams();
  const session = useSession();
  const account = session.me?.email ?? null;
  const request = identifier(params.get("request"));
  const registration = identifier(params.get("registration"));
  const [entry, setEntry] = useState({ subject: "", message: "", email: "" });
  const [isTried, setTried] = useState(false);
  const errors = {
    "support-email":
      account !== null || /^[^\s@]+@[^\s@]+$/.test(entry.email.trim()) ? null : texts.emailMissing,
    "support-subject": entry.subject.trim() ? null : texts.subjectMissing,
    "support-message": entry.message.trim() ? null : texts.messageMissing,
  };
  const shown = (id: keyof typeof errors) => (isTried ? errors[id] : null);

  const submit = async () => {
    const lines = request === null ? [] : ["", texts.aboutLine(request)];
    const { uid } = await sendSupportRequest({
      subject: entry.subject.trim(),
      message: [entry.message.trim(), ...lines].join("\n"),
      ...(account === null && { email: entry.email.trim() }),
      ...(registration !== null && { registration }),
    });
    onSent(uid);
  };

  return (
    <CheckedForm
      action={texts.send}
      busy={texts.sending}
      errors={errors}
      onTry={() => setTried(true)}
      onSubmit={submit}
    >
      {request !== null && <Alert tone="info">{texts.about(request)}</Alert>}
      {account === null ? (
        <TextField
          id="support-email"
          label={texts.email}
          hint={texts.emailHint}
          inputMode="email"
          autoComplete="email"
          value={entry.email}
          onChange={(email) => setEntry({ ...entry, email })}
          error={shown("support-email")}
          isRequired
        />
      ) : (
        <p className="soft">{texts.answerTo(account)}</p>
      )}
      <TextField
        id="support-subject"
        label={texts.subject}
        value={entry.subject}
        onChange={(subject) => setEntry({ ...entry, subject })}
        error={shown("support-subject")}
        isRequired
      />
      <TextField
        id="support-message"
        label={texts.message}
        hint={texts.messageHint}
        multiline
        value={entry.message}
        onChange={(message) => setEntry({ ...entry, message })}
        error={shown("support-message")}
        isRequired
      />
    </CheckedForm>
  );
}
