import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { Alert } from "@/components/ui/Feedback";
import { formatDateTime } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import type { SupportRequest } from "../api";
import { useTexts } from "../texts";
import { StateBadge } from "./StateBadge";
import "@/components/answers/answers.css";
import "./inbox.css";

type RequestDrawerProps = { request: SupportRequest | null; onClose: () => void };

export function RequestDrawer({ request, onClose }: RequestDrawerProps) {
  const { locale, messages: t } = useI18n();
  const texts = useTexts();
  const facts: [string, string | null][] = request
    ? [
        [texts.reference, request.reference],
        [texts.from, [request.name, request.email].filter(Boolean).join(" · ")],
        [texts.received, formatDateTime(request.created_at, locale)],
        [texts.registration, request.confirmation_number],
      ]
    : [];
  return (
    <Dialog
      title={request?.subject ?? texts.inbox}
      isOpen={request !== null}
      onClose={onClose}
      side
    >
      {request && (
        <>
          <p>
            <StateBadge request={request} />
          </p>
          {request.error && <Alert tone="bad">{request.error}</Alert>}
          <p className="request-message">{request.message}</p>
          <dl className="answers">
            {facts
              .filter(([, value]) => value)
              .map(([label, value]) => (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
          </dl>
        </>
      )}
      <div>
        <Button onPress={onClose}>{t.common.close}</Button>
      </div>
    </Dialog>
  );
}
