import { type ReactNode, useState } from "react";
import { useMessages } from "@/lib/i18n/i18n";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { ProblemAlert } from "./Problem";

type ConfirmDialogProps = {
  title: string;
  confirm: string;
  isDanger?: boolean;
  isDisabled?: boolean;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  /** Says a refusal better than its own text does. */
  explain?: (error: unknown) => string | null;
  children?: ReactNode;
};

/** A question before something that cannot be taken back. It stays open, with the reason, when that is refused. */
export function ConfirmDialog({
  title,
  confirm,
  isDanger = true,
  isDisabled = false,
  onConfirm,
  onClose,
  explain,
  children,
}: ConfirmDialogProps) {
  const t = useMessages();
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  const run = async () => {
    setPending(true);
    setProblem(null);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setProblem(error);
      setPending(false);
    }
  };

  return (
    <Dialog title={title} isOpen isQuestion onClose={onClose}>
      {children}
      {problem !== null && <ProblemAlert error={problem} explanation={explain?.(problem)} />}
      <div className="row">
        <Button
          variant={isDanger ? "danger" : "primary"}
          onPress={run}
          isPending={isPending}
          isDisabled={isDisabled}
        >
          {confirm}
        </Button>
        <Button onPress={onClose}>{t.common.cancel}</Button>
      </div>
    </Dialog>
  );
}
