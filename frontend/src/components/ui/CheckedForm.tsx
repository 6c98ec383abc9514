import { type ReactNode, useState } from "react";
import { explainedBy } from "@/lib/api/explain";
import { asProblem } from "@/lib/api/problem";
import { Button, type ButtonVariant } from "./Button";
import { Alert } from "./Feedback";
import { ProblemAlert } from "./Problem";

type CheckedFormProps = {
  action: string;
  busy: string;
  /** Errors by the id of their field; the first one gets the focus. */
  errors: Readonly<Record<string, string | null>>;
  onTry?: () => void;
  onSubmit: () => Promise<void>;
  /** The area's own words for the problems it expects, by slug. */
  problems?: Readonly<Record<string, string>>;
  explain?: (error: unknown) => string | null;
  wide?: boolean;
  /** What stands beside the button that sends: a way out. */
  aside?: ReactNode;
  variant?: ButtonVariant;
  children: ReactNode;
};

/** A form that checks before it sends, says a refusal above its fields, and keeps what was typed. */
export function CheckedForm(props: CheckedFormProps) {
  const {
    action,
    busy,
    errors,
    onTry,
    onSubmit,
    problems = {},
    explain,
    aside,
    wide = false,
    children,
  } = props;
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  const submit = async () => {
    onTry?.();
    const wrong = Object.keys(errors).find((id) => errors[id]);
    if (wrong) {
      document.getElementById(wrong)?.focus();
      return;
    }
    setPending(true);
    setProblem(null);
    try {
      await onSubmit();
    } catch (error) {
      setProblem(error);
    } finally {
      setPending(false);
    }
  };

  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isPending) submit();
      }}
    >
      {problem !== null && (
        <Refusal
          error={problem}
          explanation={explain?.(problem) ?? explainedBy(problems, problem)}
        />
      )}
      {children}
      <div className={wide ? undefined : "row"}>
        <Button
          type="submit"
          variant={props.variant ?? "primary"}
          size={wide ? "l" : "m"}
          wide={wide}
          isPending={isPending}
        >
          {isPending ? busy : action}
        </Button>
        {aside}
      </div>
    </form>
  );
}

/** A wrong password is no failure of ours: it needs no title and no request id. */
function Refusal({ error, explanation }: { error: unknown; explanation: string | null }) {
  if (explanation === null && (asProblem(error).status >= 500 || asProblem(error).isOffline))
    return <ProblemAlert error={error} />;
  const problem = asProblem(error);
  return explanation !== null || problem.status === 422 ? (
    <Alert tone="bad" live>
      {explanation ?? problem.errors[0]?.message ?? (problem.detail || problem.title)}
    </Alert>
  ) : (
    <ProblemAlert error={error} />
  );
}
