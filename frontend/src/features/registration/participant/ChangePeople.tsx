import { TextField } from "@/components/ui/TextField";
import type { AttendeeInput } from "@/lib/api/types";
import { useTexts } from "./texts";

type ChangePeopleProps = {
  people: readonly AttendeeInput[];
  isTried: boolean;
  onChange: (people: AttendeeInput[]) => void;
};

/** Who comes on the seats that are taken. */
export function ChangePeople({ people, isTried, onChange }: ChangePeopleProps) {
  const texts = useTexts();
  const set = (index: number, part: Partial<AttendeeInput>) =>
    onChange(people.map((row, other) => (other === index ? { ...row, ...part } : row)));
  return (
    <section className="form-section" aria-label={texts.people}>
      <h2>{texts.people}</h2>
      {people.map((person, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is a seat, whoever sits there
        <fieldset key={index} className="group">
          <legend>{texts.person(index + 1)}</legend>
          <TextField
            label={texts.name}
            value={person.name}
            isRequired
            error={isTried && !person.name.trim() ? texts.nameMissing : null}
            onChange={(name) => set(index, { name })}
          />
          <TextField
            label={texts.email}
            value={person.email ?? ""}
            inputMode="email"
            onChange={(email) => set(index, { email })}
          />
        </fieldset>
      ))}
    </section>
  );
}
