import { controlId, type FieldProps, useForm } from "./context";

/** What every control needs: its words, its error and its id. */
export function useFieldText({ field, pointer, screen }: FieldProps) {
  const form = useForm();
  return {
    id: controlId(pointer),
    label: form.shown(field.label),
    hint: form.text(field.hint) ? form.shown(field.hint) : undefined,
    error: form.errorAt(pointer),
    isRequired: screen.required,
    onBlur: () => form.leave(pointer),
  };
}
