import { Link } from "react-router";
import { useMessages } from "@/lib/i18n/i18n";
import type { Wizard } from "./useWizard";

/** Where the participant is. A step can be opened once all before it are complete. */
export function Progress({ wizard, current }: { wizard: Wizard; current: string }) {
  const t = useMessages();
  const { steps } = wizard;
  const index = steps.findIndex(({ name }) => name === current);
  const reachable = steps.findIndex(({ name }) => !wizard.isComplete(name));
  return (
    <nav className="progress" aria-label={t.wizard.steps}>
      <p className="progress-short" aria-hidden="true">
        <strong>{t.wizard.stepOf(index + 1, steps.length)}</strong> {wizard.titleOf(current)}
      </p>
      <progress className="progress-bar" aria-hidden="true" value={index + 1} max={steps.length} />
      <ol className="progress-steps">
        {steps.map((step, at) => {
          const isComplete = wizard.isComplete(step.name);
          const isCurrent = step.name === current;
          const isOpen = isComplete || reachable === -1 || at <= reachable;
          const title = wizard.titleOf(step.name);
          const mark = (
            <span className="progress-mark" aria-hidden="true">
              {isComplete && !isCurrent ? "✓" : at + 1}
            </span>
          );
          const state = isComplete ? (
            <span className="visually-hidden"> ({t.wizard.complete})</span>
          ) : null;
          return (
            <li
              key={step.name}
              className={isCurrent ? "is-current" : isComplete ? "is-complete" : undefined}
            >
              {isOpen && !isCurrent ? (
                <Link to={wizard.pathTo(step.name)}>
                  {mark}
                  <span>
                    {title}
                    {state}
                  </span>
                </Link>
              ) : (
                <span className="progress-step" aria-current={isCurrent ? "step" : undefined}>
                  {mark}
                  <span>
                    {title}
                    {state}
                  </span>
                </span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
