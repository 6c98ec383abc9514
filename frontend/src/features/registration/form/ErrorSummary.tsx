import { useEffect, useRef } from "react";
import { useMessages } from "@/lib/i18n/i18n";
import { controlId, focusControl } from "./context";

export type SummaryEntry = { pointer: string; label: string; message: string };

/** All that is wrong on a page, on top of it; each entry leads to its field. `attempt` counts presses of "Continue". */
export function ErrorSummary({
  entries,
  attempt,
}: {
  entries: readonly SummaryEntry[];
  attempt: number;
}) {
  const t = useMessages();
  const box = useRef<HTMLDivElement>(null);
  const isShown = entries.length > 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new attempt moves the focus, a corrected answer must not
  useEffect(() => {
    if (attempt > 0 && isShown) {
      box.current?.focus();
      box.current?.scrollIntoView?.({ block: "start" });
    }
  }, [attempt]);

  if (!isShown) return null;
  return (
    <div
      className="error-summary"
      role="alert"
      aria-labelledby="error-summary-title"
      tabIndex={-1}
      ref={box}
    >
      <h2 id="error-summary-title">{t.wizard.errorTitle}</h2>
      <p>{t.wizard.errorLead(entries.length)}</p>
      <ul>
        {entries.map((entry) => (
          <li key={entry.pointer + entry.message}>
            {entry.label ? (
              <a
                href={`#${controlId(entry.pointer)}`}
                onClick={(event) => {
                  event.preventDefault();
                  focusControl(entry.pointer);
                }}
              >
                {entry.label}: {entry.message}
              </a>
            ) : (
              entry.message
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
