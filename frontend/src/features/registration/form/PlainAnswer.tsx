import {
  BooleanAnswer,
  ConsentAnswer,
  CountryAnswer,
  MultipleChoiceAnswer,
  SingleChoiceAnswer,
} from "./ChoiceAnswers";
import type { FieldProps } from "./context";
import { DateAnswer, DateTimeAnswer } from "./DateFields";
import { isRare, RareAnswer } from "./inputs/registry";
import { NumberAnswer, TextAnswer } from "./TextFields";

/** The control for a field that holds one value. */
export function PlainAnswer(props: FieldProps) {
  if (isRare(props.field.type)) return <RareAnswer {...props} />;
  switch (props.field.type) {
    case "integer":
    case "decimal":
      return <NumberAnswer {...props} />;
    case "boolean":
      return <BooleanAnswer {...props} />;
    case "single_choice":
      return <SingleChoiceAnswer {...props} />;
    case "multiple_choice":
      return <MultipleChoiceAnswer {...props} />;
    case "date":
    case "time":
      return <DateAnswer {...props} />;
    case "datetime":
      return <DateTimeAnswer {...props} />;
    case "country":
      return <CountryAnswer {...props} />;
    case "consent":
    case "acknowledge":
      return <ConsentAnswer {...props} />;
    default:
      return <TextAnswer {...props} />;
  }
}
