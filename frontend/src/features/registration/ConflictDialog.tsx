import { useState } from "react";
import { formatAnswer } from "@/components/answers/formatAnswer";
import { Button } from "@/components/ui/Button";
import { RadioField } from "@/components/ui/ChoiceFields";
import { Dialog } from "@/components/ui/Dialog";
import {
  type Answers,
  answerFields,
  type FormDocument,
  type FormField,
  fieldsOfDocument,
  isEmpty,
  maskedText,
} from "@/lib/document";
import { useI18n } from "@/lib/i18n/i18n";
import { textOf } from "@/lib/i18n/text";
import { THEIRS } from "./draft/Draft";
import type { FieldConflict } from "./draft/edits";
import { bothOf } from "./draft/mergeAnswers";
import type { Wizard } from "./useWizard";

type Side = "mine" | "theirs" | "both";

const keyOf = (conflict: FieldConflict) => `${conflict.step}/${conflict.field}`;

/** Writes answers as a person would say them: an item of a list with all its fields. */
function useWords() {
  const { locale, messages: t } = useI18n();
  return function words(document: FormDocument | undefined, field: FormField | undefined) {
    const text = (one: Parameters<typeof textOf>[0]) =>
      textOf(one, locale, document?.default_locale);
    const say = (one: FormField, value: unknown): string => {
      if (isEmpty(value)) return t.conflict.empty;
      if (one.sensitive && typeof value === "string") return maskedText(value);
      if (!document) return String(value);
      if (one.type !== "repeat") return formatAnswer(one, value, { locale, t, document, text });
      const inner = answerFields(one.fields ?? []);
      const line = (item: Answers) =>
        inner
          .filter(({ name }) => !isEmpty(item[name]))
          .map((part) => say(part, item[part.name]))
          .join(", ");
      return (value as Answers[]).map((item, at) => `${at + 1}. ${line(item)}`).join("\n");
    };
    return (value: unknown): string => {
      if (field) return say(field, value);
      if (isEmpty(value)) return t.conflict.empty;
      return people(value);
    };
  };
}

/** Beside the forms, only the list of people can be answered twice. */
function people(value: unknown): string {
  return Array.isArray(value)
    ? value.map((one: { name?: string }) => one.name || "–").join("\n")
    : String(value);
}

/** Two devices answered the same question differently: the participant decides, question by question. */
export default function ConflictDialog({ wizard }: { wizard: Wizard }) {
  const { locale, messages: t } = useI18n();
  const { conflicts } = wizard.snapshot;
  const [choice, setChoice] = useState<Record<string, Side>>({});
  const words = useWords();

  const described = conflicts.map((conflict) => {
    const document = wizard.programs[conflict.step]?.document;
    const field =
      document && fieldsOfDocument(document).find(({ name }) => name === conflict.field);
    const both = field ? bothOf(field, conflict.mine, conflict.theirs) : undefined;
    return {
      conflict,
      both,
      say: words(document, field),
      label: field
        ? textOf(field.label, locale, document?.default_locale)
        : wizard.titleOf(conflict.step),
    };
  });
  const decide = (conflict: FieldConflict): unknown => {
    const side = choice[keyOf(conflict)] ?? "mine";
    if (side === "theirs") return THEIRS;
    const found = described.find((one) => one.conflict === conflict);
    return side === "both" && found ? found.both : conflict.mine;
  };

  return (
    <Dialog title={t.conflict.title} isOpen={conflicts.length > 0} isQuestion>
      <p>{t.conflict.lead}</p>
      {described.map(({ conflict, label, say, both }) => (
        <RadioField
          key={keyOf(conflict)}
          label={label}
          value={choice[keyOf(conflict)] ?? "mine"}
          options={[
            {
              value: "mine",
              label: <Version name={t.conflict.mine} answer={say(conflict.mine)} />,
            },
            {
              value: "theirs",
              label: <Version name={t.conflict.theirs} answer={say(conflict.theirs)} />,
            },
            ...(both === undefined
              ? []
              : [{ value: "both", label: <Version name={t.conflict.both} answer={say(both)} /> }]),
          ]}
          onChange={(side) => setChoice((known) => ({ ...known, [keyOf(conflict)]: side as Side }))}
        />
      ))}
      <Button
        variant="primary"
        onPress={() => {
          wizard.draft.resolve(decide);
          setChoice({});
        }}
      >
        {t.conflict.apply}
      </Button>
    </Dialog>
  );
}

function Version({ name, answer }: { name: string; answer: string }) {
  return (
    <>
      <span className="soft small">{name}: </span>
      <strong className="conflict-answer" dir="auto">
        {answer}
      </strong>
    </>
  );
}
