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

/** Makes the single-use link that opens this draft on another device. */
export function ContinueElsewhere({ uid, beforeCreate }: { uid: string; beforeCreate: () => Promise<void> }) {
  const { locale, messages: t } = useI18n();
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
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
    <>
      <Button
        variant="quiet"
        onPress={() => {
          setLink(null);
          setOpen(true);
        }}
      >
        {t.wizard.continueElsewhere}
      </Button>
      <Dialog title={t.resume.title} isOpen={isOpen} onClose={() => setOpen(false)}>
        <p>{t.resume.lead}</p>
        {link ? (
          <>
            <CopyField label={t.resume.link} value={link.url} copy={t.common.copy} copied={t.common.copied} />
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
          <Button onPress={() => setOpen(false)}>{t.common.close}</Button>
        </div>
      </Dialog>
    </>
  );
}
