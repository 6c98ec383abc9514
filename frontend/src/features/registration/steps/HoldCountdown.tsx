import { useEffect, useState } from "react";
import { Alert } from "@/components/ui/Feedback";
import type { Registration } from "@/lib/api/types";
import { useMessages } from "@/lib/i18n/i18n";

function useNow(isRunning: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}

/** For how long the chosen places stay held. It is text that changes quietly: a screen reader is not told each second. */
export function HoldCountdown({ tickets }: { tickets: Registration["tickets"] }) {
  const t = useMessages();
  const ends = tickets.flatMap(({ held_until }) => (held_until ? [Date.parse(held_until)] : []));
  const end = ends.length > 0 ? Math.min(...ends) : null;
  const now = useNow(end !== null);
  if (end === null) return null;
  const seconds = Math.max(0, Math.round((end - now) / 1000));
  if (seconds === 0) return <Alert tone="warn">{t.tickets.holdEnded}</Alert>;
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return (
    <Alert tone="good">
      <span role="timer">{t.tickets.held(clock)}</span>
    </Alert>
  );
}
