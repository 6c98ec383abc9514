import { useQueryClient } from "@tanstack/react-query";
import { Button, LinkButton } from "@/components/ui/Button";
import { Alert } from "@/components/ui/Feedback";
import type { ApiProblem } from "@/lib/api/problem";
import { useMessages } from "@/lib/i18n/i18n";
import type { Wizard } from "../useWizard";

/** The seats went to someone else: says so, and leads back to the tickets. */
export default function SoldOutAlert({
  wizard,
  stepName,
  problem,
}: {
  wizard: Wizard;
  stepName: string;
  problem: ApiProblem;
}) {
  const t = useMessages();
  const queries = useQueryClient();
  const tickets = wizard.steps.find((step) => step.kind === "tickets");
  const refresh = () => queries.invalidateQueries({ queryKey: ["event"] });
  return (
    <Alert
      tone="warn"
      live
      title={t.tickets.soldOutTitle}
      actions={
        tickets && tickets.name !== stepName ? (
          <LinkButton to={wizard.pathTo(tickets.name)} variant="primary" onClick={refresh}>
            {t.tickets.backToTickets}
          </LinkButton>
        ) : (
          <Button onPress={refresh}>{t.tickets.reload}</Button>
        )
      }
    >
      <p>{t.tickets.soldOutDetail}</p>
      {problem.detail && <p className="small soft">{problem.detail}</p>}
    </Alert>
  );
}
