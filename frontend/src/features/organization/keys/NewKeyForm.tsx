import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { CheckedForm } from "@/components/ui/CheckedForm";
import { CheckboxesField } from "@/components/ui/ChoiceFields";
import { TextField } from "@/components/ui/TextField";
import { useMessages } from "@/lib/i18n/i18n";
import { type CreatedKey, createKey } from "../api";
import { endOfDay, isPastDay } from "../days";
import { firstWrongNetwork, networksOf } from "../networks";
import { useTexts } from "../texts";

type NewKeyFormProps = {
  organization: string;
  /** What the maker may do: a key can do no more. */
  permissions: readonly string[];
  onCreated: (created: CreatedKey) => void;
  onCancel: () => void;
};

export function NewKeyForm({ organization, permissions, onCreated, onCancel }: NewKeyFormProps) {
  const t = useMessages();
  const texts = useTexts();
  const [entry, setEntry] = useState({ name: "", networks: "", until: "" });
  const [chosen, setChosen] = useState<string[]>([]);
  const [isTried, setTried] = useState(false);
  const wrong = firstWrongNetwork(entry.networks);
  const errors = {
    "key-name": entry.name.trim() ? null : texts.keyNameMissing,
    "key-permissions": chosen.length > 0 ? null : texts.permissionsMissing,
    "key-networks": wrong === null ? null : texts.networkWrong(wrong),
    "key-until": isPastDay(entry.until) ? texts.untilPast : null,
  };
  const shown = (id: keyof typeof errors) => (isTried ? errors[id] : null);

  const submit = async () => {
    const expires_at = endOfDay(entry.until);
    const created = await createKey(organization, {
      name: entry.name.trim(),
      permissions: chosen,
      networks: networksOf(entry.networks),
      ...(expires_at && { expires_at }),
    });
    onCreated(created);
  };

  return (
    <CheckedForm
      action={texts.create}
      busy={texts.creating}
      errors={errors}
      problems={texts.problems}
      onTry={() => setTried(true)}
      onSubmit={submit}
      aside={
        <Button variant="quiet" onPress={onCancel}>
          {t.common.cancel}
        </Button>
      }
    >
      <TextField
        id="key-name"
        label={texts.keyName}
        hint={texts.keyNameHint}
        value={entry.name}
        onChange={(name) => setEntry({ ...entry, name })}
        error={shown("key-name")}
        isRequired
      />
      <CheckboxesField
        id="key-permissions"
        label={texts.permissions}
        options={[...permissions].sort().map((value) => ({
          value,
          label: texts.permissionNames[value] ?? value,
        }))}
        value={chosen}
        onChange={setChosen}
        error={shown("key-permissions")}
        isRequired
      />
      <TextField
        id="key-networks"
        label={texts.networks}
        hint={texts.networksHint}
        multiline
        value={entry.networks}
        onChange={(networks) => setEntry({ ...entry, networks })}
        error={shown("key-networks")}
      />
      <TextField
        id="key-until"
        type="date"
        label={texts.until}
        short
        value={entry.until}
        onChange={(until) => setEntry({ ...entry, until })}
        error={shown("key-until")}
      />
    </CheckedForm>
  );
}
