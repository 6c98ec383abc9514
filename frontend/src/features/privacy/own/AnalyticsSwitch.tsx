import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CheckboxField } from "@/components/ui/ChoiceFields";
import { ProblemAlert } from "@/components/ui/Problem";
import { useI18n } from "@/lib/i18n/i18n";
import type { Consent, DataSubject } from "../api";
import { useTexts } from "../texts";

const PURPOSE = "analytics";
/** Of `texts.analytics` and its hint: whoever changes what they say changes this too. */
const TEXT_VERSION = "2026-11";

type AnalyticsSwitchProps = {
  subject: DataSubject;
  give: NonNullable<DataSubject["give"]>;
  consents: readonly Consent[];
  queryKey: readonly string[];
};

/** Off until somebody turns it on; turning it off is as easy. */
export function AnalyticsSwitch({ subject, give, consents, queryKey }: AnalyticsSwitchProps) {
  const { language } = useI18n();
  const texts = useTexts();
  const queries = useQueryClient();
  const standing = consents.filter(
    ({ purpose, withdrawn_at }) => purpose === PURPOSE && withdrawn_at === null,
  );
  const change = useMutation({
    mutationFn: async (agrees: boolean) => {
      if (agrees) await give({ purpose: PURPOSE, text_version: TEXT_VERSION, locale: language });
      else for (const { uid } of standing) await subject.withdraw(uid);
    },
    onSettled: () => queries.invalidateQueries({ queryKey }),
  });
  return (
    <div className="stack-s">
      {change.isError && <ProblemAlert error={change.error} />}
      <CheckboxField
        id="consent-analytics"
        label={texts.analytics}
        hint={texts.analyticsHint}
        isSelected={change.isPending ? change.variables : standing.length > 0}
        isReadOnly={change.isPending}
        onChange={(agrees) => change.mutate(agrees)}
      />
      <span role="status" className="soft small">
        {change.isSuccess ? (change.variables ? texts.analyticsOn : texts.analyticsOff) : ""}
      </span>
    </div>
  );
}
