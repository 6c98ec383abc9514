import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { RadioField } from "@/components/ui/ChoiceFields";
import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { Alert } from "@/components/ui/Feedback";
import { TextField } from "@/components/ui/TextField";
import { useTexts } from "../texts";
import { erasuresKey, requestErasure } from "./api";

const UID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const EMAIL = /^[^\s@]+@[^\s@]+$/;

type NewErasureDialogProps = { organization: string; onClose: () => void };

export function NewErasureDialog({ organization, onClose }: NewErasureDialogProps) {
  const texts = useTexts();
  const queries = useQueryClient();
  const [by, setBy] = useState<"email" | "registration">("email");
  const [text, setText] = useState("");
  const isEmail = by === "email";
  const who = text.trim();
  const isGood = (isEmail ? EMAIL : UID).test(who);
  return (
    <ConfirmDialog
      title={texts.newErasure}
      confirm={texts.requestErasure}
      isDisabled={!isGood}
      onClose={onClose}
      onConfirm={async () => {
        await requestErasure(organization, isEmail ? { email: who } : { registration: who });
        await queries.invalidateQueries({ queryKey: erasuresKey(organization) });
      }}
    >
      <Alert tone="bad">{texts.newErasureLead}</Alert>
      <RadioField
        label={texts.by}
        value={by}
        onChange={(value) => {
          setBy(value === "email" ? "email" : "registration");
          setText("");
        }}
        options={[
          { value: "email", label: texts.byEmail },
          { value: "registration", label: texts.byRegistration },
        ]}
        inline
      />
      <TextField
        label={isEmail ? texts.byEmail : texts.byRegistration}
        hint={isEmail ? texts.emailWrong : texts.registrationWrong}
        value={text}
        onChange={setText}
        autoComplete="off"
        isRequired
      />
    </ConfirmDialog>
  );
}
