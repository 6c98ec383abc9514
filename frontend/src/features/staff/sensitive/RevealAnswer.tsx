import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { useTexts } from "../texts";
import { RevealDialog } from "./RevealDialog";
import { ShownValue } from "./ShownValue";
import "./sensitive.css";

type RevealAnswerProps = {
  registration: string;
  step: string;
  pointer: string;
  label: string;
  masked: string;
  format: (value: unknown) => string;
};

/** A masked answer with a way to see it. The value lives in this component's state, and goes with it or with the time. */
export function RevealAnswer(props: RevealAnswerProps) {
  const { registration, step, pointer, label, masked, format } = props;
  const texts = useTexts();
  const [isAsking, setAsking] = useState(false);
  const [value, setValue] = useState<string | null>(null);
  if (value !== null) return <ShownValue value={value} onGone={() => setValue(null)} />;
  return (
    <span className="masked">
      {masked}
      <Button variant="quiet" onPress={() => setAsking(true)} aria-label={texts.revealLabel(label)}>
        {texts.reveal}
      </Button>
      {isAsking && (
        <RevealDialog
          {...{ registration, step, pointer, label }}
          onValue={(revealed) => setValue(format(revealed))}
          onClose={() => setAsking(false)}
        />
      )}
    </span>
  );
}
