import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { makeQueryClient, Providers } from "@/app/App";
import { FormContext } from "@/features/registration/form/context";
import { FieldList } from "@/features/registration/form/FieldView";
import { prepareInputs } from "@/features/registration/form/inputs/registry";
import {
  type Answers,
  type FormChoice,
  type FormDocument,
  type FormField,
  isEmpty,
  withValueAt,
} from "@/lib/document";
import { textOf } from "@/lib/i18n/text";
import type { FieldScreen } from "@/lib/screen";

export type Given = Partial<FormField> & Pick<FormField, "type">;

const LISTS: Record<string, FormChoice[]> = {
  fruits: ["Apples", "Pears", "Plums"].map((name) => ({
    value: name.toLowerCase(),
    label: { en: name },
  })),
  agree: ["Never", "Sometimes", "Always"].map((name) => ({
    value: name.toLowerCase(),
    label: { en: name },
  })),
  talks: ["Opening", "Workshop"].map((name) => ({
    value: name.toLowerCase(),
    label: { en: name },
  })),
};

type Shown = { error?: string; required?: boolean; value?: unknown; registration?: string };

/** One field as the wizard draws it, over answers that the test can look at. */
export async function renderField(given: Given, shown: Shown = {}) {
  const field: FormField = { name: "answer", label: { en: "The question" }, ...given };
  const document: FormDocument = {
    schema: "prs-form/1",
    name: "one",
    title: { en: "One" },
    default_locale: "en",
    locales: ["en"],
    choice_lists: LISTS,
    pages: [{ name: "page", sections: [{ name: "section", fields: [field] }] }],
  };
  const state: FieldScreen = {
    visible: true,
    required: shown.required ?? false,
    choices: new Set((LISTS[field.choices ?? ""] ?? []).map(({ value }) => value)),
    rows: null,
    calculated: undefined,
    count: null,
  };
  const seen: { answers: Answers; left: string[] } = { answers: {}, left: [] };
  await prepareInputs([field], "en");

  function Page() {
    const [values, setValues] = useState<Answers>(
      isEmpty(shown.value) ? {} : { answer: shown.value },
    );
    seen.answers = values;
    return (
      <FormContext.Provider
        value={{
          document,
          screen: {
            page: () => true,
            section: () => true,
            field: () => state,
            answers: values,
            newItem: () => ({}),
          },
          values,
          clock: { now: "2027-01-01T00:00:00Z", timezone: "Asia/Kolkata" },
          change: (path, value) => setValues((old) => withValueAt(old, path, value) as Answers),
          leave: (pointer) => seen.left.push(pointer),
          errorsUnder: () => shown.error ?? "",
          errorAt: (pointer) => (pointer === "/answer" ? (shown.error ?? null) : null),
          registration: shown.registration ?? "r",
          step: "s",
          text: (text) => textOf(text, "en"),
          shown: (text) => textOf(text, "en"),
          guidanceTitle: "More about this",
        }}
      >
        <FieldList fields={[field]} base={[]} />
      </FormContext.Provider>
    );
  }

  const view = render(
    <Providers client={makeQueryClient()}>
      <main>
        <h1>Form</h1>
        <Page />
      </main>
    </Providers>,
  );
  return { user: userEvent.setup({ delay: null }), seen, ...view };
}
