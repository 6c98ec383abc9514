import { formatAnswer } from "@/components/answers/formatAnswer";
import { type FormField, pointerOf, valueAt } from "@/lib/document";
import { useI18n } from "@/lib/i18n/i18n";
import { controlId, type FieldProps, type Path, useForm } from "./context";
import { FieldMedia, Guidance } from "./FieldMedia";
import { Question, quotesAnswers } from "./Question";
import { RepeatAnswer } from "./RepeatAnswer";

/** All visible fields of a list. `base` is where their answers lie: the form itself, or one item of a repeat. */
export function FieldList({ fields, base }: { fields: readonly FormField[]; base: Path }) {
  return (
    <>
      {fields.map((field) => (
        <FieldView key={field.name} field={field} base={base} />
      ))}
    </>
  );
}

function FieldView({ field, base }: { field: FormField; base: Path }) {
  const form = useForm();
  const { locale } = useI18n();
  const path = [...base, field.name];
  const pointer = pointerOf(path);
  const screen = form.screen.field(pointer);
  if (!screen.visible || field.type === "hidden") return null;
  const props: FieldProps = { field, path, pointer, screen, value: valueAt(form.values, path) };
  switch (field.type) {
    case "note":
      return <Note {...props} />;
    case "calculated":
      return <Calculated {...props} />;
    case "group":
      return <GroupView {...props} base={base} />;
    case "repeat":
      return (
        <RepeatAnswer
          {...props}
          renderItem={(item) => <FieldList fields={field.fields ?? []} base={item} />}
        />
      );
    default:
      return (
        <Question
          {...props}
          errors={form.errorsUnder(pointer)}
          locale={locale}
          quotes={quotesAnswers(field, form.document)}
        />
      );
  }
}

function Note({ field }: FieldProps) {
  const form = useForm();
  const label = form.text(field.label);
  return (
    <div className="note" dir="auto">
      <p>{form.shown(field.label)}</p>
      {field.hint && <p className="small soft">{form.shown(field.hint)}</p>}
      <FieldMedia media={field.media} label={label} />
      <Guidance text={form.text(field.guidance)} />
    </div>
  );
}

function Calculated({ field, pointer, screen }: FieldProps) {
  const form = useForm();
  const { locale, messages: t } = useI18n();
  const label = form.text(field.label);
  if (!label) return null;
  return (
    <div className="calculated">
      <span className="field-label" id={`${controlId(pointer)}-label`}>
        {form.shown(field.label)}
      </span>
      <output aria-labelledby={`${controlId(pointer)}-label`}>
        {formatAnswer(field, screen.calculated, {
          locale,
          t,
          document: form.document,
          text: form.text,
        }) || "–"}
      </output>
    </div>
  );
}

function GroupView({ field, base }: FieldProps & { base: Path }) {
  const form = useForm();
  const label = form.text(field.label);
  return (
    <fieldset className="group">
      {label && <legend>{form.shown(field.label)}</legend>}
      {field.hint && <p className="field-hint">{form.shown(field.hint)}</p>}
      <FieldMedia media={field.media} label={label} />
      <FieldList fields={field.fields ?? []} base={base} />
    </fieldset>
  );
}
