import { useState } from "react";
import { useNavigate } from "react-router";
import { Button } from "@/components/ui/Button";
import { CheckedForm } from "@/components/ui/CheckedForm";
import { CheckboxField } from "@/components/ui/ChoiceFields";
import { Dialog } from "@/components/ui/Dialog";
import { SelectField } from "@/components/ui/SelectField";
import { useI18n, useText } from "@/lib/i18n/i18n";
import { addRegistration, useFilterEvents } from "./queries";
import { useTexts } from "./texts";

type AddRegistrationProps = {
  organization: string;
  event: string;
  mayPassLimits: boolean;
  onClose: () => void;
};

/** Begins a registration for somebody; the wizard then asks the same as it asks them. */
export function AddRegistration(props: AddRegistrationProps) {
  const { organization, mayPassLimits, onClose } = props;
  const { locale, messages: t } = useI18n();
  const texts = useTexts();
  const text = useText();
  const navigate = useNavigate();
  const events = (useFilterEvents(organization).data?.items ?? []).filter(
    ({ state }) => state === "published" || state === "closed",
  );
  const [event, setEvent] = useState(props.event);
  const [late, setLate] = useState(false);
  const [over, setOver] = useState(false);
  const [silent, setSilent] = useState(false);
  const [isTried, setTried] = useState(false);
  const wrong = event ? null : texts.eventMissing;
  return (
    <Dialog title={texts.add} isOpen onClose={onClose}>
      <p className="soft">{texts.addLead}</p>
      <CheckedForm
        action={texts.begin}
        busy={texts.beginning}
        errors={{ "add-event": wrong }}
        problems={texts.addProblems}
        onTry={() => setTried(true)}
        onSubmit={async () => {
          const hash = await addRegistration(event, locale, { late, over, silent });
          navigate(`/resume${hash}`);
        }}
      >
        <SelectField
          id="add-event"
          label={texts.event}
          value={event}
          placeholder={texts.chooseEvent}
          options={events.map((one) => ({ value: one.uid, label: text(one.title) }))}
          error={isTried ? wrong : null}
          onChange={setEvent}
          isRequired
        />
        {mayPassLimits && (
          <>
            <CheckboxField id="add-late" label={texts.late} isSelected={late} onChange={setLate} />
            <CheckboxField id="add-over" label={texts.over} isSelected={over} onChange={setOver} />
          </>
        )}
        <CheckboxField
          id="add-silent"
          label={texts.silent}
          isSelected={silent}
          onChange={setSilent}
        />
      </CheckedForm>
      <div>
        <Button onPress={onClose}>{t.common.close}</Button>
      </div>
    </Dialog>
  );
}
