import type { ReactNode } from "react";
import { Dialog as AriaDialog } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import "./dialog.css";

type DialogProps = {
  title: string;
  isOpen: boolean;
  onClose?: () => void;
  /** A question that needs an answer: it is an `alertdialog`, and neither Escape nor a click beside it closes it. */
  isQuestion?: boolean;
  side?: boolean;
  children: ReactNode;
};

export function Dialog({
  title,
  isOpen,
  onClose,
  isQuestion = false,
  side = false,
  children,
}: DialogProps) {
  return (
    <ModalOverlay
      className="dialog-overlay"
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose?.()}
      isDismissable={!isQuestion}
      isKeyboardDismissDisabled={isQuestion && !onClose}
    >
      <Modal className={side ? "dialog-modal dialog-side" : "dialog-modal"}>
        <AriaDialog className="dialog" role={isQuestion ? "alertdialog" : "dialog"}>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
