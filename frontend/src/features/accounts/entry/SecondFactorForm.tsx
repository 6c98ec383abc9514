import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { answerChallenge } from "../api";
import { useTexts } from "../texts";
import { EntryForm } from "./EntryForm";
import { CodeField } from "./fields";

type SecondFactorFormProps = {
  challenge: string;
  onDone: (accessToken: string) => Promise<void>;
  onStartOver: () => void;
};

export function SecondFactorForm({ challenge, onDone, onStartOver }: SecondFactorFormProps) {
  const texts = useTexts();
  const [code, setCode] = useState("");
  const [isRecovery, setRecovery] = useState(false);
  const [isTried, setTried] = useState(false);
  const wrong = code.trim() ? null : texts.codeMissing;
  return (
    <>
      <p className="soft">{isRecovery ? texts.recoveryLead : texts.factorLead}</p>
      <EntryForm
        action={texts.continue}
        busy={texts.signingIn}
        errors={{ "entry-code": wrong }}
        onTry={() => setTried(true)}
        onSubmit={async () => {
          const { access_token } = await answerChallenge(challenge, code.replace(/\s/g, ""));
          await onDone(access_token);
        }}
      >
        <CodeField
          key={String(isRecovery)}
          id="entry-code"
          label={isRecovery ? texts.recoveryCode : texts.factorCode}
          isRecovery={isRecovery}
          value={code}
          onChange={setCode}
          error={isTried && wrong}
        />
      </EntryForm>
      <div className="stack-s">
        <Button
          variant="quiet"
          onPress={() => {
            setRecovery(!isRecovery);
            setCode("");
            setTried(false);
          }}
        >
          {isRecovery ? texts.useApp : texts.useRecovery}
        </Button>
        <Button variant="quiet" onPress={onStartOver}>
          {texts.startOver}
        </Button>
      </div>
    </>
  );
}
