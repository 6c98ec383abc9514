import { useState } from "react";
import { useNavigate } from "react-router";
import { Button } from "@/components/ui/Button";
import { CopyField } from "@/components/ui/CopyField";
import { Dialog } from "@/components/ui/Dialog";
import { ProblemAlert } from "@/components/ui/Problem";
import type { ResumeLink } from "@/lib/api/types";
import { formatDateTime } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import { createResumeLink } from "./api";
import { dropUnsaved } from "./draft/localCopy";
import { forgetDraft } from "./guestTokens";

export type ResumeLinkDialogProps = {
  uid: string;
  beforeCreate: () => Promise<void>;
  onClose: () => void;
};

/** Makes the single-use link that opens this draft on another device. */
export default function ResumeLinkDialog({ uid, beforeCreate, onClose }: ResumeLinkDialogProps) {
  const { locale, messages: t } = useI18n();
  const navigate = useNavigate();
  const [isPending, setPending] = useState(false);
  const [link, setLink] = useState<ResumeLink | null>(null);
  const [problem, setProblem] = useState<unknown>(null);

  const create = async () => {
    setPending(true);
    setProblem(null);
    try {
      await beforeCreate();
      setLink(await createResumeLink(uid));
    } catch (error) {
      setProblem(error);
    } finally {
      setPending(false);
    }
  };

  const forget = () => {
    forgetDraft(uid);
    dropUnsaved(uid);
    navigate("/");
  };

  return (
    <Dialog title={t.resume.title} isOpen onClose={onClose}>
      <p>{t.resume.lead}</p>
      {link ? (
        <>
          <CopyField
            label={t.resume.link}
            value={link.url}
            copy={t.common.copy}
            copied={t.common.copied}
          />
          <p className="soft small">{t.resume.expires(formatDateTime(link.expires_at, locale))}</p>
        </>
      ) : (
        <Button variant="primary" onPress={create} isPending={isPending}>
          {isPending ? t.resume.creating : t.resume.create}
        </Button>
      )}
      {problem !== null && <ProblemAlert error={problem} onRetry={create} />}
      <hr className="rule" />
      <p className="soft small">{t.resume.forgetDetail}</p>
      <div className="row between">
        <Button variant="quiet" onPress={forget}>
          {t.resume.forget}
        </Button>
        <Button onPress={onClose}>{t.common.close}</Button>
      </div>
    </Dialog>
  );
}
