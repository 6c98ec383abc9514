import { Button } from "@/components/ui/Button";
import { explainProblem } from "@/components/ui/Problem";
import { formatTime } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import type { SaveStatus } from "./draft/snapshot";

/** Always visible: whether what was typed is safe. */
export function SaveState({ status, onRetry }: { status: SaveStatus; onRetry: () => void }) {
  const { locale, messages: t } = useI18n();
  const isTrouble = status.kind === "offline" || status.kind === "failed";
  return (
    <div className={`save-state${isTrouble ? " save-state-trouble" : ""}`}>
      {status.kind === "dirty" && <span aria-hidden="true">{t.wizard.unsaved}</span>}
      <span role="status">
        {status.kind === "saved" &&
          (status.withheld > 0
            ? t.wizard.savedExcept(formatTime(status.at, locale), status.withheld)
            : t.wizard.saved(formatTime(status.at, locale)))}
        {status.kind === "saving" && t.wizard.saving}
        {status.kind === "withheld" && t.wizard.withheld(status.count)}
        {status.kind === "offline" && t.wizard.offline}
        {status.kind === "failed" && `${t.wizard.notSaved}. ${explainProblem(status.problem, t)}`}
      </span>
      {isTrouble && (
        <Button variant="quiet" onPress={onRetry}>
          {t.wizard.retry}
        </Button>
      )}
    </div>
  );
}
