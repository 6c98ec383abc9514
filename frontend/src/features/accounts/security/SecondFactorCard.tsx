import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { Alert, Badge, Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { formatDate } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import { removeSecondFactor, renewRecoveryCodes, type SecondFactor } from "../api";
import { useTexts } from "../texts";
import { CodeDialog } from "./CodeDialog";
import { SECOND_FACTOR, useSecondFactor } from "./queries";
import { RecoveryCodes } from "./RecoveryCodes";
import { SetUpFactor } from "./SetUpFactor";
import { useConfirmation } from "./useConfirmation";

const FEW_CODES = 3;

export function SecondFactorCard() {
  const { messages: t } = useI18n();
  const texts = useTexts();
  const factor = useSecondFactor();
  return (
    <Card
      title={texts.secondTitle}
      lead={texts.secondLead}
      aside={
        factor.data && (
          <Badge tone={factor.data.enabled ? "good" : "warn"}>
            {factor.data.enabled ? texts.on : texts.off}
          </Badge>
        )
      }
    >
      {factor.isPending && <Skeleton label={t.common.loading} lines={2} />}
      {factor.isError && <ProblemAlert error={factor.error} onRetry={() => factor.refetch()} />}
      {factor.data && <Standing factor={factor.data} />}
    </Card>
  );
}

function Standing({ factor }: { factor: SecondFactor }) {
  const texts = useTexts();
  const queries = useQueryClient();
  const [isSettingUp, setSettingUp] = useState(false);
  const [codes, setCodes] = useState<string[] | null>(null);

  const refresh = () => {
    queries.invalidateQueries({ queryKey: SECOND_FACTOR });
    // The grants of an organization that requires a factor work again, or no longer.
    queries.invalidateQueries({ queryKey: ["me"] });
  };

  if (codes) return <RecoveryCodes codes={codes} onKept={() => setCodes(null)} />;
  if (factor.enabled) return <TurnedOn factor={factor} onCodes={setCodes} onChange={refresh} />;
  return (
    <>
      {factor.required && <Alert tone="warn">{texts.required}</Alert>}
      {isSettingUp ? (
        <SetUpFactor
          onClose={() => setSettingUp(false)}
          onDone={(made) => {
            setSettingUp(false);
            setCodes(made);
            refresh();
          }}
        />
      ) : (
        <div>
          <Button variant="primary" onPress={() => setSettingUp(true)}>
            {texts.setUp}
          </Button>
        </div>
      )}
    </>
  );
}

type TurnedOnProps = {
  factor: SecondFactor;
  onCodes: (codes: string[]) => void;
  onChange: () => void;
};

function TurnedOn({ factor, onCodes, onChange }: TurnedOnProps) {
  const { locale } = useI18n();
  const texts = useTexts();
  const { run, question } = useConfirmation();
  const [asking, setAsking] = useState<"codes" | "off" | null>(null);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <>
      <p>
        {factor.confirmed_at && texts.onSince(formatDate(factor.confirmed_at, locale, zone))}
        {" · "}
        {texts.codesLeft(factor.recovery_codes_left)}
      </p>
      {factor.recovery_codes_left <= FEW_CODES && <Alert tone="warn">{texts.codesFew}</Alert>}
      <div className="row">
        <Button onPress={() => setAsking("codes")}>{texts.newCodes}</Button>
        <Button variant="danger" onPress={() => setAsking("off")}>
          {texts.turnOff}
        </Button>
      </div>
      {asking === "codes" && (
        <CodeDialog
          title={texts.newCodes}
          lead={texts.newCodesLead}
          action={texts.newCodes}
          onClose={() => setAsking(null)}
          onCode={async (code) => {
            onCodes((await run(() => renewRecoveryCodes(code))).recovery_codes);
            onChange();
          }}
        />
      )}
      {asking === "off" && (
        <CodeDialog
          title={texts.turnOffTitle}
          lead={factor.required ? texts.requiredOn : texts.turnOffLead}
          action={texts.turnOff}
          onClose={() => setAsking(null)}
          onCode={async (code) => {
            await run(() => removeSecondFactor(code));
            onChange();
          }}
        />
      )}
      {question}
    </>
  );
}
