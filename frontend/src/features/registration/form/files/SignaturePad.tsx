import { type PointerEvent, useRef, useState } from "react";
import { Button } from "@/components/ui/Button";
import { ErrorIcon } from "@/components/ui/field";
import { TextField } from "@/components/ui/TextField";
import { drawLine, drawName, HEIGHT, type Point, pictureOf, WIDTH } from "./ink";
import { useFileTexts } from "./texts";

/** A signature, drawn with a pointer or, by keyboard, typed. Either becomes a picture. */
export function SignaturePad({ id, onSigned }: { id: string; onSigned: (file: File) => void }) {
  const t = useFileTexts();
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<Point | null>(null);
  const [isDrawn, setIsDrawn] = useState(false);
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState("");

  const at = (event: PointerEvent<HTMLCanvasElement>): Point => {
    const box = event.currentTarget.getBoundingClientRect();
    return [
      ((event.clientX - box.left) * WIDTH) / (box.width || WIDTH),
      ((event.clientY - box.top) * HEIGHT) / (box.height || HEIGHT),
    ];
  };
  const begin = (event: PointerEvent<HTMLCanvasElement>) => {
    event.currentTarget.setPointerCapture?.(event.pointerId);
    last.current = at(event);
    drawLine(event.currentTarget, last.current, last.current);
    setIsDrawn(true);
    setTyped("");
  };
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    if (!last.current) return;
    const here = at(event);
    drawLine(event.currentTarget, last.current, here);
    last.current = here;
  };
  const end = () => {
    last.current = null;
  };
  const type = (name: string) => {
    setTyped(name);
    setIsDrawn(false);
    if (canvas.current) drawName(canvas.current, name);
  };
  const use = async () => {
    if (!canvas.current || (!isDrawn && !typed.trim())) {
      setProblem(t.signEmpty);
      return;
    }
    setProblem("");
    onSigned(await pictureOf(canvas.current));
  };

  return (
    <div className="signature">
      <p className="small soft">{t.signHint}</p>
      <canvas
        ref={canvas}
        width={WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={t.sign}
        onPointerDown={begin}
        onPointerMove={move}
        onPointerUp={end}
        onPointerCancel={end}
      />
      <TextField
        id={`${id}-typed`}
        label={t.signTyped}
        hint={t.signTypedHint}
        value={typed}
        onChange={type}
        autoComplete="name"
        maxLength={80}
        dir="auto"
      />
      {problem && (
        <p className="field-error" role="alert">
          <ErrorIcon />
          <span>{problem}</span>
        </p>
      )}
      <div className="row">
        <Button onPress={use}>{t.useSignature}</Button>
        <Button variant="quiet" onPress={() => type("")}>
          {t.clear}
        </Button>
      </div>
    </div>
  );
}
