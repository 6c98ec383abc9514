import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { ErrorIcon } from "@/components/ui/field";
import { isMasked, type Masked } from "@/lib/document";
import { useMessages } from "@/lib/i18n/i18n";
import { type FieldProps, useForm } from "./context";
import { PlainAnswer } from "./PlainAnswer";
import { useFieldText } from "./useFieldText";

/** A sealed answer comes back masked: it is shown as such until the participant wants to give another one. */
export function SensitiveAnswer(props: FieldProps) {
  const { value, path } = props;
  const form = useForm();
  const t = useMessages();
  const [stored, setStored] = useState<Masked | null>(null);
  if (isMasked(value)) {
    return (
      <MaskedValue
        {...props}
        masked={value}
        onChange={() => {
          setStored(value);
          form.change(path, null);
        }}
      />
    );
  }
  return (
    <div className="stack-s">
      <PlainAnswer {...props} />
      {stored && (
        <div>
          <Button
            variant="quiet"
            onPress={() => {
              form.change(path, stored);
              setStored(null);
            }}
          >
            {t.wizard.keep}
          </Button>
        </div>
      )}
    </div>
  );
}

function MaskedValue({
  masked,
  onChange,
  ...props
}: FieldProps & { masked: Masked; onChange: () => void }) {
  const t = useMessages();
  const { id, label, error } = useFieldText(props);
  return (
    <fieldset className="field" aria-describedby={`${id}-hint`}>
      <legend className="field-label">{label}</legend>
      <div className="row masked">
        <LockIcon />
        <span className="masked-value">{masked.masked}</span>
        <Button
          id={id}
          variant="quiet"
          onPress={onChange}
          aria-label={`${t.wizard.change}: ${label}`}
        >
          {t.wizard.change}
        </Button>
      </div>
      <span className="field-hint" id={`${id}-hint`}>
        {t.wizard.masked}
      </span>
      {error && (
        <span className="field-error">
          <ErrorIcon />
          <span>{error}</span>
        </span>
      )}
    </fieldset>
  );
}

function LockIcon() {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <rect x="3.5" y="9" width="13" height="9" rx="2" fill="var(--accent)" />
      <path d="M6.5 9V6.5a3.5 3.5 0 0 1 7 0V9" fill="none" stroke="var(--accent)" strokeWidth="2" />
    </svg>
  );
}
