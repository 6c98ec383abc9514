// Inputs that few forms need travel apart from the wizard, and arrive with the form that has them: nothing on the page moves when
// one appears, and a line that breaks afterwards takes none away.
import { type ComponentType, Suspense } from "react";
import type { FieldType, FormField } from "@/lib/document";
import type { UiLocale } from "@/lib/i18n/i18n";
import type { FieldProps } from "../context";

type Input = ComponentType<FieldProps>;
type Loader = () => Promise<{ default: Input }>;

const file: Loader = () => import("../files/FileAnswer");

const LOADERS: { [type in FieldType]?: Loader } = {
  money: () => import("./MoneyAnswer"),
  ranking: () => import("./RankingAnswer"),
  rating: () => import("./RatingAnswer"),
  likert: () => import("./LikertAnswer"),
  matrix: () => import("./MatrixAnswer"),
  language: () => import("./CodeAnswer"),
  currency: () => import("./CodeAnswer"),
  address: () => import("./AddressAnswer"),
  person_name: () => import("./PersonNameAnswer"),
  barcode: () => import("./BarcodeAnswer"),
  location: () => import("./LocationAnswer"),
  file,
  image: file,
  audio: file,
  video: file,
  signature: file,
};

const arrived = new Map<FieldType, Input>();
const under = new Map<FieldType, Promise<void>>();

function load(type: FieldType): Promise<void> {
  const loader = LOADERS[type];
  if (!loader || arrived.has(type)) return Promise.resolve();
  const known = under.get(type);
  if (known) return known;
  const loading = loader().then(
    (module) => {
      arrived.set(type, module.default);
    },
    (error) => {
      // A later try may find the line again.
      under.delete(type);
      throw error;
    },
  );
  under.set(type, loading);
  return loading;
}

function typesOf(fields: readonly FormField[]): FieldType[] {
  return fields.flatMap((field) => [field.type, ...typesOf(field.fields ?? [])]);
}

/** Resolves once every input of these fields can be drawn, in the reader's language. */
export async function prepareInputs(
  fields: readonly FormField[],
  language: UiLocale,
): Promise<void> {
  const types = new Set(typesOf(fields));
  const rare = [...types].filter((type) => LOADERS[type]);
  const words = async () => (await import("../../texts")).useTexts.load(language);
  if (rare.length > 0) await Promise.all([words(), ...rare.map(load)]);
}

function Arriving(props: FieldProps) {
  const Known = arrived.get(props.field.type);
  if (!Known) throw load(props.field.type);
  return <Known {...props} />;
}

/** The input of a rarer type; null for a type that has none here. */
export function RareAnswer(props: FieldProps) {
  return (
    <Suspense fallback={<div className="input-coming" aria-hidden="true" />}>
      <Arriving {...props} />
    </Suspense>
  );
}

export function isRare(type: FieldType): boolean {
  return LOADERS[type] !== undefined;
}
