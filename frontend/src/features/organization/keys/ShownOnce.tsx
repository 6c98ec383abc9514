import { Button } from "@/components/ui/Button";
import { CopyField } from "@/components/ui/CopyField";
import { Dialog } from "@/components/ui/Dialog";
import { Alert } from "@/components/ui/Feedback";
import { useMessages } from "@/lib/i18n/i18n";
import type { CreatedKey } from "../api";
import { useTexts } from "../texts";

/** The key itself, which nobody can be shown again: closing takes a decision, not a slip. */
export function ShownOnce({ created, onClose }: { created: CreatedKey; onClose: () => void }) {
  const t = useMessages();
  const texts = useTexts();
  return (
    <Dialog title={texts.keyTitle} isOpen isQuestion>
      <Alert tone="warn">{texts.keyLead}</Alert>
      <CopyField
        label={`${texts.key}: ${created.api_key.name}`}
        value={created.key}
        copy={texts.copyKey}
        copied={t.common.copied}
      />
      <div>
        <Button onPress={onClose}>{texts.keyKept}</Button>
      </div>
    </Dialog>
  );
}
