import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { ProblemAlert } from "@/components/ui/Problem";
import { fetchRevealNote } from "./queries";
import { useTexts } from "./texts";

type RevealNoteProps = { registration: string; note: string };

/** Why somebody was shown a sensitive answer, in their own words. Kept by nothing but this component. */
export function RevealNote({ registration, note }: RevealNoteProps) {
  const texts = useTexts();
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState<unknown>(null);

  async function show() {
    setProblem(null);
    try {
      setText(await fetchRevealNote(registration, note));
    } catch (error) {
      setProblem(error);
    }
  }

  if (text !== null) {
    return (
      <blockquote className="audit-note" aria-label={texts.note}>
        {text}
      </blockquote>
    );
  }
  return (
    <div>
      {problem !== null && <ProblemAlert error={problem} />}
      <Button onPress={show}>{texts.showNote}</Button>
    </div>
  );
}
