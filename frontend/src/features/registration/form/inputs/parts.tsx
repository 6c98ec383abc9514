import type { ReactNode } from "react";
import { FieldGroup } from "@/components/ui/FieldGroup";
import { TextField, type TextFieldProps } from "@/components/ui/TextField";
import { isEmpty } from "@/lib/document";
import { controlId, type FieldProps, useForm } from "../context";
import { useFieldText } from "../useFieldText";

export type Parts = Record<string, unknown>;

/** An answer of several parts, and how one of them is changed; without any, there is no answer. */
export function useParts({ field, path, pointer, value }: FieldProps) {
  const form = useForm();
  const parts = (
    typeof value === "object" && value !== null && !Array.isArray(value) ? value : {}
  ) as Parts;
  const set = (changes: Parts) => {
    const merged = Object.entries({ ...parts, ...changes });
    const next = Object.fromEntries(merged.filter(([, part]) => !isEmpty(part)));
    form.change(path, Object.keys(next).length > 0 ? next : null);
  };
  return {
    parts,
    set,
    text: (name: string) => (isEmpty(parts[name]) ? "" : String(parts[name])),
    /** What each part's own control needs; the error of a part where the form names one. */
    control: (name: string) => ({
      id: controlId(`${pointer}/${name}`),
      error: form.errorAt(`${pointer}/${name}`),
      isReadOnly: field.read_only,
    }),
  };
}

type PartProps = Pick<TextFieldProps, "label" | "hint" | "inputMode" | "autoComplete" | "dir"> & {
  of: ReturnType<typeof useParts>;
  name: string;
  isRequired?: boolean;
  short?: boolean;
};

export function TextPart({ of, name, ...props }: PartProps) {
  return (
    <TextField
      {...of.control(name)}
      {...props}
      value={of.text(name)}
      onChange={(text) => of.set({ [name]: text })}
    />
  );
}

/** The frame around the parts: the question, and its error once somebody leaves it altogether. */
export function PartsGroup(props: FieldProps & { children: ReactNode }) {
  const words = useFieldText(props);
  return (
    <FieldGroup {...words} isReadOnly={props.field.read_only}>
      <div className="parts">{props.children}</div>
    </FieldGroup>
  );
}
