import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { ProblemAlert } from "@/components/ui/Problem";
import type { Registration } from "@/lib/api/types";
import { useMessages } from "@/lib/i18n/i18n";
import { cancelRegistration } from "../api";

type CancelDialogProps = {
  uid: string;
  onClose: () => void;
  onCancelled: (registration: Registration) => void;
};

export default function CancelDialog({ uid, onClose, onCancelled }: CancelDialogProps) {
  const t = useMessages();
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  const cancel = async () => {
    setPending(true);
    setProblem(null);
    try {
      const cancelled = await cancelRegistration(uid);
      onClose();
      onCancelled(cancelled);
    } catch (error) {
      setProblem(error);
    } finally {
      setPending(false);
    }
  };

  return (
    <Dialog title={t.confirmation.cancelTitle} isOpen onClose={onClose} isQuestion>
      <p>{t.confirmation.cancelDetail}</p>
      {problem !== null && <ProblemAlert error={problem} />}
      <div className="row between">
        <Button onPress={onClose}>{t.confirmation.keep}</Button>
        <Button variant="danger" onPress={cancel} isPending={isPending}>
          {isPending ? t.confirmation.cancelling : t.confirmation.cancelConfirm}
        </Button>
      </div>
    </Dialog>
  );
}
