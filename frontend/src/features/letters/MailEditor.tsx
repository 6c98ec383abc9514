import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { CheckedForm } from "@/components/ui/CheckedForm";
import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { Alert, Badge } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { TextField } from "@/components/ui/TextField";
import { asProblem } from "@/lib/api/problem";
import {
  type Kind,
  type Place,
  resetTemplate,
  saveTemplate,
  type Template,
  templatesKey,
  tryTemplate,
} from "./api";
import { MailPreview } from "./MailPreview";
import { useTexts } from "./texts";

type MailEditorProps = { place: Place; kind: Kind; language: string; template: Template };

const BODY = "mail-body";

/** Puts a placeholder where the cursor stands in the body, or at its end. */
function inserted(body: string, name: string): string {
  const area = document.getElementById(BODY)?.querySelector("textarea");
  const at = area?.selectionStart ?? body.length;
  return `${body.slice(0, at)}{{ ${name} }}${body.slice(at)}`;
}

export function MailEditor({ place, kind, language, template }: MailEditorProps) {
  const texts = useTexts();
  const queries = useQueryClient();
  const [current, setCurrent] = useState(template);
  const [subject, setSubject] = useState(template.subject);
  const [body, setBody] = useState(template.body);
  const [isTried, setTried] = useState(false);
  const [notice, setNotice] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const errors = {
    "mail-subject": subject.trim() ? null : texts.needed,
    [BODY]: body.trim() ? null : texts.needed,
  };
  const adopt = (next: Template) => {
    setCurrent(next);
    setSubject(next.subject);
    setBody(next.body);
    queries.invalidateQueries({ queryKey: templatesKey(place), refetchType: "none" });
  };
  const send = async () => {
    setNotice(null);
    setProblem(null);
    try {
      const { to } = await tryTemplate(place, kind, language, { subject, body });
      setNotice(texts.trialSent(to));
    } catch (error) {
      setProblem(error);
    }
  };

  return (
    <div className="mail-desk">
      <CheckedForm
        action={texts.save}
        busy={texts.saving}
        errors={errors}
        wide
        onTry={() => {
          setTried(true);
          setNotice(null);
        }}
        onSubmit={async () => {
          adopt(await saveTemplate(place, kind, language, { subject, body }, current.version));
          setNotice(texts.saved);
        }}
        explain={(error) =>
          asProblem(error).status === 412
            ? texts.stale
            : asProblem(error)
                .errors.map(({ message }) => message)
                .join(" ") || null
        }
      >
        <Card
          title={texts.editor}
          aside={<Badge tone="plain">{texts.sources[current.source] ?? current.source}</Badge>}
        >
          {notice && (
            <Alert tone="good" live>
              {notice}
            </Alert>
          )}
          {problem !== null && <ProblemAlert error={problem} />}
          <TextField
            id="mail-subject"
            label={texts.subject}
            value={subject}
            lang={language}
            isRequired
            error={isTried ? errors["mail-subject"] : null}
            onChange={setSubject}
          />
          <TextField
            id={BODY}
            label={texts.body}
            hint={texts.bodyHint}
            value={body}
            lang={language}
            multiline
            isRequired
            error={isTried ? errors[BODY] : null}
            onChange={setBody}
          />
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for the answers of a form */}
          <div className="mail-placeholders" role="group" aria-label={texts.insert}>
            {current.placeholders.map((name) => (
              <Button key={name} variant="quiet" onPress={() => setBody(inserted(body, name))}>
                {`{{ ${name} }}`}
              </Button>
            ))}
          </div>
          <div className="row">
            <Button onPress={send}>{texts.trial}</Button>
            {current.source !== "default" && current.version > 0 && (
              <Button variant="quiet" onPress={() => setAsking(true)}>
                {texts.reset}
              </Button>
            )}
          </div>
        </Card>
      </CheckedForm>
      <MailPreview place={place} kind={kind} language={language} subject={subject} body={body} />
      {isAsking && (
        <ConfirmDialog
          title={texts.resetTitle}
          confirm={texts.reset}
          onClose={() => setAsking(false)}
          onConfirm={async () => adopt(await resetTemplate(place, kind, language))}
        >
          <p>{texts.resetDetail}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
