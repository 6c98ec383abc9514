import { Link } from "react-router";
import { Alert } from "@/components/ui/Feedback";
import type { ProblemError } from "@/lib/api/problem";
import { fieldsOfDocument, fieldsOfPage, pathOf } from "@/lib/document";
import { useI18n, useMessages } from "@/lib/i18n/i18n";
import { textOf } from "@/lib/i18n/text";
import { locate } from "../form/usePageErrors";
import type { Wizard } from "../useWizard";

type Home = { step: string; page: string | undefined; label: string };

/** The step and page where the answer that a pointer names was given. */
function homeOf(wizard: Wizard, pointer: string, locale: string): Home | null {
  const parts = pathOf(pointer);
  const named = wizard.steps.find(({ name }) => parts.includes(name));
  const candidates = named ? [named] : wizard.steps;
  for (const { name } of candidates) {
    const program = wizard.programs[name];
    const found = program && locate(pointer, fieldsOfDocument(program.document));
    if (!program || !found) continue;
    const top = pathOf(found.pointer)[0];
    const page = program.document.pages.find((one) =>
      fieldsOfPage(one).some((field) => field.name === top),
    );
    return { step: name, page: page?.name, label: textOf(found.field.label, locale) };
  }
  return named ? { step: named.name, page: undefined, label: wizard.titleOf(named.name) } : null;
}

/** What the server found wrong at submit, each with the way to the answer. */
export function ServerFindings({
  wizard,
  findings,
}: {
  wizard: Wizard;
  findings: readonly ProblemError[];
}) {
  const t = useMessages();
  const { locale } = useI18n();
  return (
    <Alert tone="bad" live title={t.review.refused}>
      <ul>
        {findings.map((finding) => {
          const home = homeOf(wizard, finding.pointer, locale);
          return (
            <li key={finding.pointer + finding.code}>
              {home ? (
                <Link to={wizard.pathTo(home.step, home.page)}>
                  {home.label}: {finding.message}
                </Link>
              ) : (
                finding.message
              )}
            </li>
          );
        })}
      </ul>
    </Alert>
  );
}
