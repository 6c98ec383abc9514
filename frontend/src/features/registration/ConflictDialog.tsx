import { useState } from "react";
import { formatAnswer } from "@/components/answers/formatAnswer";
import { Button } from "@/components/ui/Button";
import { RadioField } from "@/components/ui/ChoiceFields";
import { Dialog } from "@/components/ui/Dialog";
import { fieldsOfDocument, isEmpty, maskedText } from "@/lib/document";
import { useI18n } from "@/lib/i18n/i18n";
import { textOf } from "@/lib/i18n/text";
import type { FieldConflict } from "./draft/edits";
import type { Wizard } from "./useWizard";

const keyOf = (conflict: FieldConflict) => `${conflict.step}/${conflict.field}`;

/** Two devices answered the same question differently: the participant decides, question by question. */
export default function ConflictDialog({ wizard }: { wizard: Wizard }) {
  const { locale, messages: t } = useI18n();
  const { conflicts } = wizard.snapshot;
  const [choice, setChoice] = useState<Record<string, string>>({});

  const describe = (conflict: FieldConflict) => {
    const document = wizard.programs[conflict.step]?.document;
    const field =
      document && fieldsOfDocument(document).find(({ name }) => name === conflict.field);
    const words = (value: unknown) => {
      if (isEmpty(value)) return t.conflict.empty;
      if (!document || !field) return Array.isArray(value) ? String(value.length) : String(value);
      if (field.sensitive && typeof value === "string") return maskedText(value);
      if (field.type === "repeat") return Array.isArray(value) ? `${value.length} ×` : "";
      const text = (one: Parameters<typeof textOf>[0]) =>
        textOf(one, locale, document.default_locale);
      return formatAnswer(field, value, { locale, t, document, text });
    };
    return {
      label: field
        ? textOf(field.label, locale, document?.default_locale)
        : wizard.titleOf(conflict.step),
      mine: words(conflict.mine),
      theirs: words(conflict.theirs),
    };
  };

  return (
    <Dialog title={t.conflict.title} isOpen={conflicts.length > 0} isQuestion>
      <p>{t.conflict.lead}</p>
      {conflicts.map((conflict) => {
        const { label, mine, theirs } = describe(conflict);
        return (
          <RadioField
            key={keyOf(conflict)}
            label={label}
            value={choice[keyOf(conflict)] ?? "mine"}
            options={[
              { value: "mine", label: <Side name={t.conflict.mine} answer={mine} /> },
              { value: "theirs", label: <Side name={t.conflict.theirs} answer={theirs} /> },
            ]}
            onChange={(side) => setChoice((known) => ({ ...known, [keyOf(conflict)]: side }))}
          />
        );
      })}
      <Button
        variant="primary"
        onPress={() => {
          wizard.draft.resolve((conflict) => (choice[keyOf(conflict)] ?? "mine") === "mine");
          setChoice({});
        }}
      >
        {t.conflict.apply}
      </Button>
    </Dialog>
  );
}

function Side({ name, answer }: { name: string; answer: string }) {
  return (
    <>
      <span className="soft small">{name}: </span>
      <strong>{answer}</strong>
    </>
  );
}
