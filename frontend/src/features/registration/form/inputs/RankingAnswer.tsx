import { type PointerEvent, useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/Button";
import { FieldGroup } from "@/components/ui/FieldGroup";
import { useTexts } from "../../texts";
import { useOptions } from "../ChoiceAnswers";
import { type FieldProps, useForm } from "../context";
import { useFieldText } from "../useFieldText";
import "./ranking.css";

function moved(order: readonly string[], from: number, to: number): string[] {
  const next = order.filter((_, at) => at !== from);
  next.splice(to, 0, order[from] ?? "");
  return next;
}

/** All choices in the participant's order; those not yet in it follow in the form's. */
function orderOf(value: unknown, offered: readonly string[]): string[] {
  const given = Array.isArray(value) ? value.map(String) : [];
  const known = given.filter((one) => offered.includes(one));
  return [...known, ...offered.filter((one) => !known.includes(one))];
}

/** Put in order by arrows, which every keyboard and screen reader has, or by dragging. */
export default function RankingAnswer(props: FieldProps) {
  const { field, path, value, screen } = props;
  const form = useForm();
  const texts = useTexts();
  const words = useFieldText(props);
  const options = useOptions(props);
  const offered = options.map((option) => option.value);
  const order = orderOf(value, offered);
  const isAnswered = Array.isArray(value) && value.length > 0;
  const list = useRef<HTMLOListElement>(null);
  const focusNext = useRef<string | null>(null);
  const [dragged, setDragged] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const text = (one: string) =>
    form.text(form.document.choice_lists[field.choices ?? ""]?.find((c) => c.value === one)?.label);

  // Choices that appear or go while the form is filled in are part of the answer from then on.
  const isStale = isAnswered && order.join("\n") !== value.map(String).join("\n");
  useEffect(() => {
    if (isStale && offered.length > 0) form.change(path, order);
  });

  useEffect(() => {
    if (focusNext.current === null) return;
    document.getElementById(focusNext.current)?.focus();
    focusNext.current = null;
  });

  const move = (one: string, to: number, focus?: string) => {
    const from = order.indexOf(one);
    if (field.read_only || to < 0 || to >= order.length) return;
    if (focus) focusNext.current = focus;
    form.change(path, moved(order, from, to));
    setSaid(texts.movedTo(text(one), to + 1, order.length));
  };

  const drag = (event: PointerEvent) => {
    if (dragged === null) return;
    const rows = [...(list.current?.children ?? [])];
    const over = rows.findIndex((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return event.clientY >= top && event.clientY < bottom;
    });
    if (over >= 0 && over !== order.indexOf(dragged)) move(dragged, over);
  };

  return (
    <FieldGroup {...words} hint={words.hint ?? texts.rankingHint}>
      <ol className="ranking" ref={list} data-open={!isAnswered || undefined}>
        {order.map((one, at) => {
          const option = options.find((known) => known.value === one);
          const id = `${words.id}-${one}`;
          return (
            <li key={one} className="ranking-item" data-dragged={dragged === one || undefined}>
              {!field.read_only && (
                <span
                  className="ranking-grip"
                  aria-hidden="true"
                  onPointerDown={(event) => {
                    event.currentTarget.setPointerCapture(event.pointerId);
                    setDragged(one);
                  }}
                  onPointerMove={drag}
                  onPointerUp={() => setDragged(null)}
                  onPointerCancel={() => setDragged(null)}
                >
                  <Grip />
                </span>
              )}
              <span className="ranking-label">{option?.label}</span>
              {!field.read_only && (
                <span className="ranking-moves">
                  <Arrow
                    id={`${id}-up`}
                    label={texts.moveUp(text(one))}
                    isEnd={at === 0}
                    onMove={() => move(one, at - 1, `${id}-up`)}
                  />
                  <Arrow
                    id={`${id}-down`}
                    label={texts.moveDown(text(one))}
                    isEnd={at === order.length - 1}
                    onMove={() => move(one, at + 1, `${id}-down`)}
                    isDown
                  />
                </span>
              )}
            </li>
          );
        })}
      </ol>
      {!field.read_only && (
        <div className="row">
          {!isAnswered && (
            <>
              <span className="soft small">{texts.rankingOpen}</span>
              <Button onPress={() => form.change(path, order)}>{texts.keepOrder}</Button>
            </>
          )}
          {isAnswered && !screen.required && (
            <Button variant="quiet" onPress={() => form.change(path, null)}>
              {texts.clearOrder}
            </Button>
          )}
        </div>
      )}
      <span role="status" className="visually-hidden">
        {said}
      </span>
    </FieldGroup>
  );
}

type ArrowProps = {
  id: string;
  label: string;
  isEnd: boolean;
  isDown?: boolean;
  onMove: () => void;
};

/** At the end of the list it stays where it is, so that the focus does too. */
function Arrow({ id, label, isEnd, isDown = false, onMove }: ArrowProps) {
  return (
    <button
      type="button"
      id={id}
      className="ranking-arrow"
      aria-label={label}
      aria-disabled={isEnd || undefined}
      onClick={onMove}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path
          d={isDown ? "M3 6l5 5 5-5" : "M3 10l5-5 5 5"}
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
          strokeLinecap="round"
        />
      </svg>
    </button>
  );
}

function Grip() {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" fill="currentColor" aria-hidden="true">
      {[4, 8, 12].flatMap((y) => [
        <circle key={`a${y}`} cx="5.5" cy={y} r="1.4" />,
        <circle key={`b${y}`} cx="10.5" cy={y} r="1.4" />,
      ])}
    </svg>
  );
}
