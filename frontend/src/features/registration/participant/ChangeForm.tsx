import { useMemo, useRef, useState } from "react";
import { Button } from "@/components/ui/Button";
import { Alert } from "@/components/ui/Feedback";
import { PageHeading } from "@/components/ui/PageHeading";
import { ProblemAlert } from "@/components/ui/Problem";
import { asProblem, type ProblemError } from "@/lib/api/problem";
import type { AttendeeInput, Registration } from "@/lib/api/types";
import { formatDateTime } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import { getRegistration } from "../api";
import type { Wizard } from "../useWizard";
import { type Allowed, changeRegistration } from "./api";
import { ChangePeople } from "./ChangePeople";
import { ChangeStep, type Checked } from "./ChangeStep";
import { applyingSteps, difference, opens, peopleOf, type Values } from "./changes";
import { useTexts } from "./texts";

type ChangeFormProps = {
  wizard: Wizard;
  registration: Registration;
  allowed: Allowed;
  onClose: () => void;
  onSaved: (next: Registration) => void;
};

function answersOf(registration: Registration): Values {
  return Object.fromEntries(
    Object.entries(registration.steps).map(([name, step]) => [name, step.answers]),
  );
}

/** Everything that is open for changes on one page; nothing is sent before it is saved. */
export default function ChangeForm(props: ChangeFormProps) {
  const { wizard, registration, allowed, onClose, onSaved } = props;
  const { locale } = useI18n();
  const texts = useTexts();
  const [before] = useState(() => answersOf(registration));
  const [values, setValues] = useState<Values>(before);
  const [people, setPeople] = useState<AttendeeInput[]>(() => peopleOf(registration));
  const [attempt, setAttempt] = useState(0);
  const [refused, setRefused] = useState<readonly ProblemError[]>([]);
  const [problem, setProblem] = useState<unknown>(null);
  const [isPending, setPending] = useState(false);
  const checks = useRef(new Map<string, Checked>());
  const steps = useMemo(
    () => applyingSteps(wizard.flow, wizard.programs, values, registration.clock),
    [wizard.flow, wizard.programs, values, registration.clock],
  );
  const list = steps.find(({ kind }) => kind === "attendees");
  const forms = steps.filter(({ name }) => wizard.programs[name]);

  const save = async () => {
    setAttempt((count) => count + 1);
    setProblem(null);
    const applying = new Set(forms.map(({ name }) => name));
    const fine = [...checks.current].map(([name, check]) => !applying.has(name) || check());
    if (!fine.every(Boolean) || people.some(({ name }) => !name.trim())) return;
    const change = difference(
      before,
      Object.fromEntries(Object.entries(values).filter(([name]) => applying.has(name))),
    );
    if (list && JSON.stringify(people) !== JSON.stringify(peopleOf(registration)))
      change[list.name] = { attendees: people };
    if (Object.keys(change).length === 0) return onSaved(registration);
    setPending(true);
    try {
      onSaved(await changeRegistration(registration.uid, change, registration.revision));
    } catch (error) {
      setRefused(asProblem(error).status === 422 ? asProblem(error).errors : []);
      setProblem(error);
    } finally {
      setPending(false);
    }
  };

  const until = allowed.changes_until ?? registration.event.starts_at;
  return (
    <section className="participant stack" aria-label={texts.changeTitle}>
      <PageHeading title={texts.changeTitle} focusKey="change" />
      <p className="lead">
        {texts.changeLead(formatDateTime(until, locale, registration.event.timezone))}
      </p>
      <form
        className="form-page"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        {forms.map(({ name }) => (
          <ChangeStep
            key={name}
            registration={registration.uid}
            step={name}
            title={wizard.titleOf(name)}
            program={wizard.programs[name] as Wizard["programs"][string]}
            clock={registration.clock}
            values={values[name] ?? {}}
            isNew={registration.steps[name]?.status === "open"}
            isOpen={(field) => opens(allowed, registration, name, field)}
            refused={refused.filter(({ pointer }) => pointer.startsWith(`/steps/${name}/`))}
            onChange={(next) => setValues((known) => ({ ...known, [name]: next }))}
            register={(check) => checks.current.set(name, check)}
          />
        ))}
        {list && opens(allowed, registration, list.name) && (
          <ChangePeople people={people} isTried={attempt > 0} onChange={setPeople} />
        )}
        {problem !== null && (
          <Refused
            error={problem}
            onReload={() => getRegistration(registration.uid).then(onSaved, setProblem)}
          />
        )}
        <div className="row between change-actions">
          <Button onPress={onClose}>{texts.back}</Button>
          <Button type="submit" variant="primary" isPending={isPending}>
            {isPending ? texts.saving : texts.save}
          </Button>
        </div>
      </form>
    </section>
  );
}

function Refused({ error, onReload }: { error: unknown; onReload: () => void }) {
  const texts = useTexts();
  const problem = asProblem(error);
  if (problem.status === 412) {
    return (
      <Alert tone="warn" live actions={<Button onPress={onReload}>{texts.reload}</Button>}>
        {texts.stale}
      </Alert>
    );
  }
  return <ProblemAlert error={error} explanation={problem.errors[0]?.message ?? undefined} />;
}
