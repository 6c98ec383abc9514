import { Badge, type Tone } from "@/components/ui/Feedback";
import type { SyncState } from "@/lib/api/types";
import { formatDateTime } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import { useTexts } from "./texts";

const TONES: Record<string, Tone> = { pending: "warn", synced: "good", dead: "bad" };
const SIGNS: Record<string, string> = { pending: "…", synced: "✓", dead: "!" };

/** Where the registration stands on its way to the back office; never by colour alone. */
export function SyncBadge({ sync }: { sync: SyncState }) {
  const { locale } = useI18n();
  const texts = useTexts();
  const label = texts.sync[sync.state] ?? sync.state;
  const title =
    sync.error ??
    (sync.synced_at ? texts.syncedAt(formatDateTime(sync.synced_at, locale)) : undefined);
  return (
    <span title={title}>
      <Badge tone={TONES[sync.state] ?? "plain"}>
        <span aria-hidden="true">{SIGNS[sync.state]}</span>
        {label}
      </Badge>
    </span>
  );
}
