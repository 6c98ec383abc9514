export { evaluateCondition } from "./conditions";
export { isMasked } from "./masking";
export { openingAnswers, openingItem } from "./opening";
export {
  evaluate,
  type FieldView,
  type FormState,
  type ItemView,
  type PageView,
  type SectionView,
} from "./state";
export type {
  Answers,
  Choice,
  Clock,
  CompiledExpression,
  CompiledForm,
  Field,
  FieldError,
  FieldType,
  FormDocument,
  Json,
  Page,
  Section,
  Text,
} from "./types";
export { type Validation, validate } from "./validation";
