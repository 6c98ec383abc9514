import { useEffect, useState } from "react";
import { Button } from "@/components/ui/Button";
import { useMessages } from "@/lib/i18n/i18n";
import { useTexts } from "../texts";

const SECONDS = 30;

/** A revealed answer for half a minute: long enough to compare it with a document, too short to be left on a screen. */
export function ShownValue({ value, onGone }: { value: string; onGone: () => void }) {
  const t = useMessages();
  const texts = useTexts();
  const [left, setLeft] = useState(SECONDS);
  const [isCopied, setCopied] = useState(false);

  useEffect(() => {
    // By the clock: a tab in the background counts slower than time goes.
    const until = Date.now() + SECONDS * 1000;
    const timer = setInterval(() => setLeft(Math.ceil((until - Date.now()) / 1000)), 500);
    return () => clearInterval(timer);
  }, []);

  useEffect(() => {
    if (left <= 0) onGone();
  }, [left, onGone]);

  const copy = () =>
    navigator.clipboard.writeText(value).then(
      () => setCopied(true),
      () => setCopied(false),
    );

  return (
    <span className="revealed">
      <span className="revealed-value" role="status">
        {value}
      </span>
      <span className="row">
        <Button onPress={copy}>{isCopied ? t.common.copied : texts.copyValue}</Button>
        <Button variant="quiet" onPress={onGone}>
          {texts.hide}
        </Button>
        <span className="small soft" role="timer">
          {texts.hiddenIn(Math.max(0, left))}
        </span>
      </span>
    </span>
  );
}
