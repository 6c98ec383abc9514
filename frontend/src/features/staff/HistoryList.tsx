import { ProblemAlert } from "@/components/ui/Problem";
import { formatDateTime } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import { type HistoryEntry, useHistory } from "./queries";
import { useTexts } from "./texts";

/** What happened to a registration, the newest first. */
export function HistoryList({ uid }: { uid: string }) {
  const { locale } = useI18n();
  const texts = useTexts();
  const history = useHistory(uid);
  return (
    <section className="stack-s">
      <h3>{texts.history}</h3>
      {history.isError && <ProblemAlert error={history.error} onRetry={() => history.refetch()} />}
      <ol className="staff-history">
        {(history.data ?? []).map((entry) => (
          <li key={`${entry.at}${entry.kind}${entry.step}${entry.pointer}`}>
            <span className="row">
              <strong>{texts.historyKinds[entry.kind] ?? entry.kind}</strong>
              <time className="soft small" dateTime={entry.at}>
                {formatDateTime(entry.at, locale)}
              </time>
            </span>
            {entry.kind === "changed" && <Change entry={entry} />}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Change({ entry }: { entry: HistoryEntry }) {
  const texts = useTexts();
  const who = entry.actor === "anonymous" ? texts.person : entry.actor;
  return (
    <p className="small">
      <span className="mono">{`${entry.step}${entry.pointer}`}</span>{" "}
      {entry.sensitive
        ? texts.untold
        : texts.fromTo(shown(entry.before, texts.nothing), shown(entry.after, texts.nothing))}{" "}
      <span className="soft">{texts.by(who)}</span>
    </p>
  );
}

function shown(value: unknown, nothing: string): string {
  if (value === null || value === undefined) return nothing;
  return typeof value === "string" ? value : JSON.stringify(value);
}
