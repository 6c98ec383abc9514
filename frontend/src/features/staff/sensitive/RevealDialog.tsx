import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { CheckedForm } from "@/components/ui/CheckedForm";
import { Dialog } from "@/components/ui/Dialog";
import { Alert } from "@/components/ui/Feedback";
import { SelectField } from "@/components/ui/SelectField";
import { TextField } from "@/components/ui/TextField";
import { isFileValue } from "@/lib/document";
import { download } from "@/lib/download";
import { useMessages } from "@/lib/i18n/i18n";
import { useTexts } from "../texts";
import { REASONS, type Reason, reveal, revealFile } from "./api";

type RevealDialogProps = {
  registration: string;
  step: string;
  pointer: string;
  label: string;
  onValue: (value: unknown) => void;
  onClose: () => void;
};

export function RevealDialog(props: RevealDialogProps) {
  const { registration, step, pointer, label, onValue, onClose } = props;
  const t = useMessages();
  const texts = useTexts();
  const [reason, setReason] = useState<Reason | "">("");
  const [note, setNote] = useState("");
  const [isTried, setTried] = useState(false);
  const errors = {
    "reveal-reason": reason === "" ? texts.reasonMissing : null,
    "reveal-note": reason === "other" && !note.trim() ? texts.noteMissing : null,
  };

  const submit = async () => {
    if (reason === "") return;
    const why = { reason, note: note.trim() };
    const value = await reveal(registration, { step, pointer, ...why });
    if (isFileValue(value)) {
      download(await revealFile(registration, value.upload, why), value.name);
    }
    onClose();
    onValue(value);
  };

  return (
    <Dialog title={texts.revealTitle(label)} isOpen onClose={onClose}>
      <Alert tone="warn">{texts.revealLead}</Alert>
      <CheckedForm
        action={texts.reveal}
        busy={texts.revealing}
        errors={errors}
        problems={texts.problems}
        onTry={() => setTried(true)}
        onSubmit={submit}
        aside={
          <Button variant="quiet" onPress={onClose}>
            {t.common.cancel}
          </Button>
        }
      >
        <SelectField
          id="reveal-reason"
          label={texts.reason}
          placeholder={texts.chooseReason}
          value={reason}
          options={REASONS.map((value) => ({ value, label: texts.reasons[value] ?? value }))}
          onChange={(value) => setReason(REASONS.find((one) => one === value) ?? "")}
          error={isTried ? errors["reveal-reason"] : null}
          isRequired
        />
        <TextField
          id="reveal-note"
          label={texts.note}
          hint={texts.noteHint}
          value={note}
          onChange={setNote}
          error={isTried ? errors["reveal-note"] : null}
          isRequired={reason === "other"}
        />
      </CheckedForm>
    </Dialog>
  );
}
