import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Card } from "@/components/ui/Card";
import { CheckedForm } from "@/components/ui/CheckedForm";
import { CheckboxField } from "@/components/ui/ChoiceFields";
import { Alert, Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { TextField } from "@/components/ui/TextField";
import { asProblem } from "@/lib/api/problem";
import type { Me } from "@/lib/api/types";
import { useI18n } from "@/lib/i18n/i18n";
import type { Organization } from "@/lib/session/permissions";
import { type AccessPolicy, getPolicy, policyKey, setPolicy } from "../api";
import { firstWrongNetwork, networksOf } from "../networks";
import { OrganizationHeading } from "../OrganizationHeading";
import { useTexts } from "../texts";

type PageProps = { me: Me; organization: Organization };

export function AccessPage({ me, organization }: PageProps) {
  const { messages: t } = useI18n();
  const texts = useTexts();
  const policy = useQuery({
    queryKey: policyKey(organization.uid),
    queryFn: () => getPolicy(organization.uid),
    // What is being edited must not change under the hand.
    refetchOnWindowFocus: false,
  });
  return (
    <div className="page stack">
      <OrganizationHeading {...{ me, organization }} page="access" lead={texts.accessLead} />
      <Alert tone="info">{texts.inherited}</Alert>
      {policy.isPending && <Skeleton label={t.common.loading} lines={5} />}
      {policy.isError && <ProblemAlert error={policy.error} onRetry={() => policy.refetch()} />}
      {policy.data && (
        <PolicyForm key={organization.uid} organization={organization.uid} policy={policy.data} />
      )}
    </div>
  );
}

type PolicyFormProps = { organization: string; policy: AccessPolicy };

function PolicyForm({ organization, policy }: PolicyFormProps) {
  const texts = useTexts();
  const queries = useQueryClient();
  const [isRequired, setRequired] = useState(policy.second_factor_required);
  const [allowed, setAllowed] = useState(policy.allowed_networks.join("\n"));
  const [denied, setDenied] = useState(policy.denied_networks.join("\n"));
  const [isTried, setTried] = useState(false);
  const [isSaved, setSaved] = useState(false);
  const errorOf = (text: string) => {
    const wrong = firstWrongNetwork(text);
    return wrong === null ? null : texts.networkWrong(wrong);
  };
  const errors = { "access-allowed": errorOf(allowed), "access-denied": errorOf(denied) };

  const submit = async () => {
    const saved = await setPolicy(organization, {
      second_factor_required: isRequired,
      allowed_networks: networksOf(allowed),
      denied_networks: networksOf(denied),
    });
    queries.setQueryData(policyKey(organization), saved);
    queries.invalidateQueries({ queryKey: ["me"] });
    setAllowed(saved.allowed_networks.join("\n"));
    setDenied(saved.denied_networks.join("\n"));
    setSaved(true);
  };

  return (
    <CheckedForm
      action={texts.save}
      busy={texts.saving}
      errors={errors}
      onTry={() => {
        setTried(true);
        setSaved(false);
      }}
      onSubmit={submit}
      explain={(error) => {
        const isOwn = asProblem(error).errors.some(({ code }) => code === "own-address");
        return isOwn ? texts.lockedOut : null;
      }}
    >
      {isSaved && (
        <Alert tone="good" live>
          {texts.saved}
        </Alert>
      )}
      <Card title={texts.factor}>
        <CheckboxField
          id="access-factor"
          label={texts.factorRequired}
          hint={texts.factorHint}
          isSelected={isRequired}
          onChange={setRequired}
        />
      </Card>
      <Card title={texts.networksTitle}>
        <TextField
          id="access-allowed"
          label={texts.allowed}
          hint={texts.allowedHint}
          multiline
          value={allowed}
          onChange={setAllowed}
          error={isTried ? errors["access-allowed"] : null}
        />
        {allowed.trim() && <Alert tone="warn">{texts.ownWarning}</Alert>}
        <TextField
          id="access-denied"
          label={texts.denied}
          hint={texts.deniedHint}
          multiline
          value={denied}
          onChange={setDenied}
          error={isTried ? errors["access-denied"] : null}
        />
      </Card>
    </CheckedForm>
  );
}
