import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { Alert, Badge } from "@/components/ui/Feedback";
import { TextField } from "@/components/ui/TextField";
import { explainedBy } from "@/lib/api/explain";
import type { DataSubject, RequestedErasure } from "../api";
import { useTexts } from "../texts";
import "./own.css";

type EraseCardProps = {
  subject: DataSubject;
  title: string;
  /** What has to be typed: too much for a slip of the hand. */
  word: string;
  effects: readonly string[];
  asksPassword?: boolean;
};

export function EraseCard(props: EraseCardProps) {
  const { subject, title, word, effects, asksPassword = false } = props;
  const texts = useTexts();
  const [isAsking, setAsking] = useState(false);
  const [typed, setTyped] = useState("");
  const [password, setPassword] = useState("");
  const [erasure, setErasure] = useState<RequestedErasure | null>(null);
  const isSame = typed.trim().toLocaleLowerCase() === word.toLocaleLowerCase();

  if (erasure) {
    return (
      <Card
        title={title}
        aside={<Badge tone="warn">{texts.states[erasure.state] ?? erasure.state}</Badge>}
      >
        <Alert tone="good" title={texts.erasedTitle} live>
          <p>{texts.erasedLead}</p>
          <p className="small">
            {texts.erasedNumber}: <span className="mono">{erasure.uid}</span>
          </p>
        </Alert>
      </Card>
    );
  }
  const close = () => {
    setAsking(false);
    setTyped("");
    setPassword("");
  };
  return (
    <Card title={title} lead={texts.eraseLead}>
      <div>
        <Button variant="danger" onPress={() => setAsking(true)}>
          {texts.erase}
        </Button>
      </div>
      {isAsking && (
        <ConfirmDialog
          title={title}
          confirm={texts.eraseConfirm}
          isDisabled={!isSame}
          onClose={close}
          onConfirm={async () => setErasure(await subject.erase(password))}
          explain={(error) => explainedBy(texts.problems, error)}
        >
          <p>{texts.eraseWhat}</p>
          <ul className="effects">
            {effects.map((effect) => (
              <li key={effect}>{effect}</li>
            ))}
          </ul>
          <Alert tone="bad">{texts.eraseForever}</Alert>
          <TextField
            label={texts.eraseType(word)}
            value={typed}
            onChange={setTyped}
            autoComplete="off"
            isRequired
          />
          {asksPassword && (
            <TextField
              type="password"
              label={texts.erasePassword}
              hint={texts.erasePasswordHint}
              value={password}
              onChange={setPassword}
              autoComplete="current-password"
            />
          )}
        </ConfirmDialog>
      )}
    </Card>
  );
}
