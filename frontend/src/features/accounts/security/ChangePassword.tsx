import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Card } from "@/components/ui/Card";
import { Alert } from "@/components/ui/Feedback";
import { changePassword } from "../api";
import { EntryForm } from "../entry/EntryForm";
import { PasswordField, SHORTEST_PASSWORD, SHORTEST_WITH_FACTOR } from "../entry/fields";
import { useTexts } from "../texts";
import { SESSIONS, useSecondFactor } from "./queries";
import { useConfirmation } from "./useConfirmation";

export function ChangePassword() {
  const texts = useTexts();
  const queries = useQueryClient();
  const { run, question } = useConfirmation();
  const hasFactor = useSecondFactor().data?.enabled ?? false;
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [isTried, setTried] = useState(false);
  const [isDone, setDone] = useState(false);
  const least = hasFactor ? SHORTEST_WITH_FACTOR : SHORTEST_PASSWORD;
  const errors = {
    "current-password": current ? null : texts.passwordMissing,
    "new-password": next.length >= least ? null : texts.passwordShort(least),
  };
  return (
    <Card title={texts.changeTitle} lead={texts.changeLead}>
      {isDone && (
        <Alert tone="good" live>
          {texts.changed}
        </Alert>
      )}
      <EntryForm
        action={texts.change}
        busy={texts.saving}
        errors={errors}
        wide={false}
        onTry={() => {
          setTried(true);
          setDone(false);
        }}
        onSubmit={async () => {
          await run(() => changePassword(current, next));
          setCurrent("");
          setNext("");
          setTried(false);
          setDone(true);
          queries.invalidateQueries({ queryKey: SESSIONS });
        }}
      >
        <PasswordField
          id="current-password"
          label={texts.currentPassword}
          value={current}
          onChange={setCurrent}
          error={isTried && errors["current-password"]}
        />
        <PasswordField
          id="new-password"
          label={texts.newPassword}
          hint={hasFactor ? texts.newPasswordHintShort : texts.newPasswordHint}
          isNew
          value={next}
          onChange={setNext}
          error={isTried && errors["new-password"]}
        />
      </EntryForm>
      {question}
    </Card>
  );
}
