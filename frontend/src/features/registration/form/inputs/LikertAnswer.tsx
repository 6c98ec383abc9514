import { RadioField } from "@/components/ui/ChoiceFields";
import { useOptions } from "../ChoiceAnswers";
import { type FieldProps, useForm } from "../context";
import { useFieldText } from "../useFieldText";
import "./scales.css";

/** A scale from one end to the other: side by side where there is room, below each other on a phone. */
export default function LikertAnswer(props: FieldProps) {
  const { field, path, value } = props;
  const form = useForm();
  return (
    <RadioField
      {...useFieldText(props)}
      layout="scale"
      options={useOptions(props)}
      value={typeof value === "string" ? value : null}
      onChange={(next) => form.change(path, next)}
      isReadOnly={field.read_only}
    />
  );
}
