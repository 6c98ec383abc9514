import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { useMessages } from "@/lib/i18n/i18n";
import { EntryForm } from "../entry/EntryForm";
import { CodeField } from "../entry/fields";
import { useTexts } from "../texts";

type CodeDialogProps = {
  title: string;
  lead: string;
  action: string;
  onCode: (code: string) => Promise<void>;
  onClose: () => void;
};

/** Asks for a code of the app before the second factor itself changes. */
export function CodeDialog({ title, lead, action, onCode, onClose }: CodeDialogProps) {
  const t = useMessages();
  const texts = useTexts();
  const [code, setCode] = useState("");
  const [isTried, setTried] = useState(false);
  const wrong = code.trim() ? null : texts.codeMissing;
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      <p>{lead}</p>
      <EntryForm
        action={action}
        busy={texts.saving}
        wide={false}
        aside={
          <Button variant="quiet" onPress={onClose}>
            {t.common.cancel}
          </Button>
        }
        errors={{ "factor-code": wrong }}
        onTry={() => setTried(true)}
        onSubmit={async () => {
          await onCode(code.replace(/\s/g, ""));
          onClose();
        }}
      >
        <CodeField
          id="factor-code"
          label={texts.factorCode}
          value={code}
          onChange={setCode}
          error={isTried && wrong}
        />
      </EntryForm>
    </Dialog>
  );
}
