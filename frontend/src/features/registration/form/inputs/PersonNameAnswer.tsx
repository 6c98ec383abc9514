import { useI18n } from "@/lib/i18n/i18n";
import { useTexts } from "../../texts";
import type { FieldProps } from "../context";
import { PartsGroup, TextPart, useParts } from "./parts";

const TOKENS = { given: "given-name", additional: "additional-name", family: "family-name" };
type Part = keyof typeof TOKENS;

/** Where the family's name is said first. */
const FAMILY_FIRST = new Set(["hu", "ja", "ko", "vi", "yue", "zh"]);

/** Either name is enough: many people have but one. */
export default function PersonNameAnswer(props: FieldProps) {
  const texts = useTexts();
  const { locale } = useI18n();
  const of = useParts(props);
  const isOwn = props.field.maps_to === "registrant.name";
  const order: Part[] = FAMILY_FIRST.has(locale.split("-")[0] ?? "")
    ? ["family", "given", "additional"]
    : ["given", "additional", "family"];
  return (
    <PartsGroup {...props}>
      {order.map((name) => (
        <TextPart
          key={name}
          of={of}
          name={name}
          label={name === "additional" ? texts.optional(texts.additional) : texts[name]}
          autoComplete={isOwn && !props.field.sensitive ? TOKENS[name] : "off"}
        />
      ))}
    </PartsGroup>
  );
}
