import { FieldGroup } from "@/components/ui/FieldGroup";
import type { FieldProps } from "../context";
import { useFieldText } from "../useFieldText";

/** Stands where files are given; shows the name of one that was. */
export default function FileAnswer(props: FieldProps) {
  const { value } = props;
  const name = typeof value === "object" && value !== null ? (value as { name?: string }).name : "";
  return (
    <FieldGroup {...useFieldText(props)}>
      <p className="soft">{name || "–"}</p>
    </FieldGroup>
  );
}
