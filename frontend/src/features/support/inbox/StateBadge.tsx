import { Badge } from "@/components/ui/Feedback";
import type { SupportRequest } from "../api";
import { useTexts } from "../texts";

const TONES = { waiting: "warn", sent: "good", failed: "bad" } as const;

/** Whether the help desk has it, and under which number. */
export function StateBadge({ request: { state, ticket } }: { request: SupportRequest }) {
  const texts = useTexts();
  const tone = TONES[state as keyof typeof TONES] ?? "plain";
  return (
    <Badge tone={tone}>
      {ticket === null ? (texts.states[state] ?? state) : texts.ticketOf(ticket)}
    </Badge>
  );
}
