import type { Flow } from "@/lib/api/types";
import { useText } from "@/lib/i18n/i18n";
import { FormPreview } from "../form/FormPreview";
import { useTexts } from "../texts";
import "./preview.css";

/** The steps of a flow to walk through: forms work as they will, and what is typed stays in this page. */
export function FlowPreview({ flow }: { flow: Flow }) {
  const text = useText();
  const texts = useTexts();
  const words = {
    pages: texts.previewPages,
    isHidden: texts.previewHidden,
    checkPage: texts.previewCheck,
    pageIsFine: texts.previewFine,
  };
  return (
    <ol className="flow-preview">
      {flow.flow.steps.map((step) => {
        const form = step.form_version ? flow.forms[step.form_version] : undefined;
        return (
          <li key={step.name} className="card stack-s">
            <h2>{text(step.title)}</h2>
            {step.condition_source && (
              <p className="soft small">
                {texts.previewCondition} <code>{step.condition_source}</code>
              </p>
            )}
            {form ? (
              <FormPreview form={form} texts={words} />
            ) : (
              <p className="soft">{texts.previewStep}</p>
            )}
          </li>
        );
      })}
    </ol>
  );
}
