import { useId, useRef, useState } from "react";
import { Button } from "./Button";

/** A text to take along: selected on focus, copied at a press. */
export function CopyField({
  label,
  value,
  copy,
  copied,
}: {
  label: string;
  value: string;
  copy: string;
  copied: string;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [isCopied, setCopied] = useState(false);

  const copyNow = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
    } catch {
      // No clipboard without permission or TLS: leave it selected for the keyboard.
      input.current?.focus();
    }
  };

  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        ref={input}
        className="control"
        readOnly
        value={value}
        dir="ltr"
        onFocus={(event) => event.target.select()}
      />
      <div className="row copy-row">
        <Button variant="primary" onPress={copyNow}>
          {copy}
        </Button>
        <span role="status">{isCopied ? copied : ""}</span>
      </div>
    </div>
  );
}
