import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { CheckedForm } from "@/components/ui/CheckedForm";
import { Alert } from "@/components/ui/Feedback";
import { SelectField } from "@/components/ui/SelectField";
import { TextField } from "@/components/ui/TextField";
import { createGrant, grantsKey, type Role, type RoleGrant } from "../api";
import { endOfDay, isPastDay } from "../days";
import { useTexts } from "../texts";

const ROLES: readonly Role[] = [
  "administrator",
  "organiser",
  "front-desk",
  "analyst",
  "auditor",
  "data-steward",
  "privacy-officer",
  "integrator",
];

type Entry = { email: string; role: Role; until: string };

const EMPTY: Entry = { email: "", role: "front-desk", until: "" };

export function InviteForm({ organization }: { organization: string }) {
  const texts = useTexts();
  const queries = useQueryClient();
  const [entry, setEntry] = useState(EMPTY);
  const [isTried, setTried] = useState(false);
  const [made, setMade] = useState<RoleGrant | null>(null);
  const errors = {
    "grant-email": /^[^\s@]+@[^\s@]+$/.test(entry.email.trim()) ? null : texts.emailWrong,
    "grant-until": isPastDay(entry.until) ? texts.untilPast : null,
  };

  const submit = async () => {
    const expires_at = endOfDay(entry.until);
    const grant = await createGrant(organization, {
      email: entry.email.trim(),
      role: entry.role,
      ...(expires_at && { expires_at }),
    });
    setMade(grant);
    setEntry(EMPTY);
    setTried(false);
    await queries.invalidateQueries({ queryKey: grantsKey(organization) });
  };

  return (
    <>
      {made && (
        <Alert tone="good" live>
          {made.state === "active" ? texts.granted(made.email) : texts.invited(made.email)}
        </Alert>
      )}
      <CheckedForm
        action={texts.sendInvitation}
        busy={texts.sending}
        errors={errors}
        problems={texts.problems}
        onTry={() => {
          setTried(true);
          setMade(null);
        }}
        onSubmit={submit}
      >
        <div className="field-row">
          <TextField
            id="grant-email"
            label={texts.email}
            inputMode="email"
            autoComplete="off"
            value={entry.email}
            onChange={(email) => setEntry({ ...entry, email })}
            error={isTried ? errors["grant-email"] : null}
            isRequired
          />
          <SelectField
            label={texts.role}
            hint={texts.roleMeans[entry.role]}
            value={entry.role}
            options={ROLES.map((value) => ({ value, label: texts.roles[value] ?? value }))}
            onChange={(value) => {
              const role = ROLES.find((one) => one === value);
              if (role) setEntry({ ...entry, role });
            }}
          />
          <TextField
            id="grant-until"
            type="date"
            label={texts.until}
            hint={texts.untilHint}
            value={entry.until}
            onChange={(until) => setEntry({ ...entry, until })}
            error={isTried ? errors["grant-until"] : null}
          />
        </div>
      </CheckedForm>
    </>
  );
}
