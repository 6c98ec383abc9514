import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { CheckedForm } from "@/components/ui/CheckedForm";
import { Dialog } from "@/components/ui/Dialog";
import { Badge } from "@/components/ui/Feedback";
import { SelectField } from "@/components/ui/SelectField";
import { TextField } from "@/components/ui/TextField";
import type { StaffRegistration } from "@/lib/api/types";
import { useMessages, useText } from "@/lib/i18n/i18n";
import { useTexts } from "../texts";
import { IDENTITIES, type Identity, searchByNumber } from "./api";
import "./sensitive.css";

type NumberSearchProps = {
  organization: string;
  onOpen: (row: StaffRegistration) => void;
  onClose: () => void;
};

/** Finds who registered with an identity number. The number is in no address, no history and no cache. */
export function NumberSearch({ organization, onOpen, onClose }: NumberSearchProps) {
  const t = useMessages();
  const texts = useTexts();
  const [identity, setIdentity] = useState<Identity>("passport");
  const [number, setNumber] = useState("");
  const [isTried, setTried] = useState(false);
  const [found, setFound] = useState<StaffRegistration[] | null>(null);
  const wrong = number.trim().length >= 4 ? null : texts.numberMissing;
  return (
    <Dialog title={texts.numberTitle} isOpen onClose={onClose}>
      <p className="soft">{texts.numberLead}</p>
      <CheckedForm
        action={texts.numberFind}
        busy={texts.numberFinding}
        errors={{ "number-value": wrong }}
        problems={texts.problems}
        onTry={() => {
          setTried(true);
          setFound(null);
        }}
        onSubmit={async () => setFound(await searchByNumber(organization, identity, number.trim()))}
      >
        <SelectField
          label={texts.numberKind}
          value={identity}
          options={IDENTITIES.map((value) => ({ value, label: texts.identities[value] ?? value }))}
          onChange={(value) => setIdentity(IDENTITIES.find((one) => one === value) ?? "other")}
        />
        <TextField
          id="number-value"
          label={texts.number}
          value={number}
          onChange={setNumber}
          autoComplete="off"
          error={isTried ? wrong : null}
          isRequired
        />
      </CheckedForm>
      {found && <Found rows={found} onOpen={onOpen} />}
      <div>
        <Button onPress={onClose}>{t.common.close}</Button>
      </div>
    </Dialog>
  );
}

type FoundProps = { rows: readonly StaffRegistration[]; onOpen: (row: StaffRegistration) => void };

function Found({ rows, onOpen }: FoundProps) {
  const t = useMessages();
  const texts = useTexts();
  const text = useText();
  return (
    <div role="status" className="stack-s">
      <p>{texts.numberFound(rows.length)}</p>
      <ul className="found-list">
        {rows.map((row) => (
          <li key={row.uid}>
            <button
              type="button"
              className="row-open"
              aria-label={texts.details(row.name || texts.unnamed)}
              onClick={() => onOpen(row)}
            >
              {row.name || texts.unnamed}
            </button>{" "}
            <span className="soft small">{text(row.event.title)}</span>{" "}
            <Badge tone="plain">{t.states[row.state] ?? row.state}</Badge>
          </li>
        ))}
      </ul>
    </div>
  );
}
