import { Button } from "@/components/ui/Button";
import { RadioField } from "@/components/ui/ChoiceFields";
import { FieldGroup } from "@/components/ui/FieldGroup";
import { useI18n } from "@/lib/i18n/i18n";
import { useTexts } from "../../texts";
import { type FieldProps, useForm } from "../context";
import { useFieldText } from "../useFieldText";
import "./scales.css";

/** Beyond this many marks, a slider serves better than a row of buttons. */
const MOST_MARKS = 11;

function numeric(value: number | string | undefined, usual: number): number {
  const given = Number(value);
  return value === undefined || Number.isNaN(given) ? usual : given;
}

function marksOf(least: number, most: number, step: number): number[] {
  const count = Math.floor((most - least) / step + 1e-9) + 1;
  // 0.1 * 3 is not 0.3: what is stored has the digits of the step.
  const digits = String(step).split(".")[1]?.length ?? 0;
  return Array.from({ length: count }, (_, at) => Number((least + at * step).toFixed(digits)));
}

export default function RatingAnswer(props: FieldProps) {
  const { field } = props;
  const least = numeric(field.minimum, 1);
  const most = numeric(field.maximum, 5);
  const step = field.step || 1;
  const isShort = (most - least) / step + 1 <= MOST_MARKS;
  const Shown = isShort ? Marks : Slider;
  return <Shown {...props} {...{ least, most, step }} />;
}

type RangeProps = FieldProps & { least: number; most: number; step: number };

function ClearButton({ path, field }: FieldProps) {
  const form = useForm();
  const texts = useTexts();
  return (
    <Button
      variant="quiet"
      aria-label={`${texts.clear}: ${form.text(field.label)}`}
      onPress={() => form.change(path, null)}
    >
      {texts.clear}
    </Button>
  );
}

function Marks({ least, most, step, ...props }: RangeProps) {
  const { field, path, value, screen } = props;
  const form = useForm();
  const texts = useTexts();
  const { locale } = useI18n();
  const figures = new Intl.NumberFormat(locale);
  const isStars = least === 1 && step === 1 && !/numbers/.test(field.appearance ?? "");
  const chosen = typeof value === "number" ? value : null;
  return (
    <RadioField
      {...useFieldText(props)}
      layout={isStars ? "stars" : "marks"}
      options={marksOf(least, most, step).map((mark) => ({
        value: String(mark),
        label: isStars ? (
          <>
            <Star isLit={chosen !== null && mark <= chosen} />
            <span className="visually-hidden">
              {texts.ratingOf(figures.format(mark), figures.format(most))}
            </span>
          </>
        ) : (
          figures.format(mark)
        ),
      }))}
      value={chosen === null ? null : String(chosen)}
      onChange={(next) => form.change(path, Number(next))}
      isReadOnly={field.read_only}
      after={chosen !== null && !screen.required && !field.read_only && <ClearButton {...props} />}
    />
  );
}

function Star({ isLit }: { isLit: boolean }) {
  return (
    <svg viewBox="0 0 24 24" width="30" height="30" aria-hidden="true">
      <path
        d="M12 2.6l2.9 5.9 6.5.9-4.7 4.6 1.1 6.5-5.8-3-5.8 3 1.1-6.5L2.6 9.4l6.5-.9z"
        fill={isLit ? "currentColor" : "none"}
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinejoin="round"
      />
    </svg>
  );
}

/** A slider always points somewhere: until it is moved, it says that nothing is answered. */
function Slider({ least, most, step, ...props }: RangeProps) {
  const { field, path, value, screen } = props;
  const form = useForm();
  const texts = useTexts();
  const { locale } = useI18n();
  const { id, ...words } = useFieldText(props);
  const chosen = typeof value === "number" ? value : null;
  const figures = new Intl.NumberFormat(locale, { maximumFractionDigits: 6 });
  const middle = marksOf(least, most, step)[Math.floor((most - least) / step / 2)] ?? least;
  const said = chosen === null ? texts.notAnswered : figures.format(chosen);
  const choose = (text: string) => !field.read_only && form.change(path, Number(text));
  return (
    <FieldGroup {...words} id={`${id}-group`}>
      <div className="slider">
        <span aria-hidden="true">{figures.format(least)}</span>
        <input
          id={id}
          type="range"
          min={least}
          max={most}
          step={step}
          value={chosen ?? middle}
          data-open={chosen === null || undefined}
          aria-labelledby={`${id}-group-label`}
          aria-valuetext={said}
          aria-invalid={words.error ? true : undefined}
          aria-readonly={field.read_only || undefined}
          onChange={(event) => choose(event.target.value)}
          // Whoever means the very place where it stands says so by a press or the space bar.
          onClick={(event) => choose(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== " " && event.key !== "Enter") return;
            event.preventDefault();
            choose(event.currentTarget.value);
          }}
        />
        <span aria-hidden="true">{figures.format(most)}</span>
      </div>
      <div className="row">
        <output htmlFor={id} className={chosen === null ? "soft" : "slider-value"}>
          {said}
        </output>
        {chosen !== null && !screen.required && !field.read_only && <ClearButton {...props} />}
      </div>
    </FieldGroup>
  );
}
