import { useRef } from "react";
import { Button } from "@/components/ui/Button";
import { ErrorIcon } from "@/components/ui/field";
import { useI18n } from "@/lib/i18n/i18n";
import { sizeInWords } from "./kinds";
import { problemText } from "./problemText";
import { useFileTexts } from "./texts";
import type { Progress, Upload } from "./Upload";

type SendingFileProps = {
  upload: Upload;
  progress: Progress;
  onCancel: () => void;
  onChoose: (file: File) => void;
};

/** A file on its way: how far it is, what it waits for, and what can be done. */
export function SendingFile({ upload, progress, onCancel, onChoose }: SendingFileProps) {
  const t = useFileTexts();
  const { locale } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  const { phase, sent, size, problem } = progress;
  const { name } = upload.file;
  const isWhole = sent >= size && phase === "sending";
  const said = {
    sending: isWhole ? t.checking : t.sending(name),
    waiting: t.waiting,
    paused: t.paused,
    failed: "",
    done: t.done(name),
  }[phase];

  return (
    <div className="file-sending">
      <p className="file-name" dir="auto">
        {name}
      </p>
      {phase !== "failed" && (
        <>
          <progress value={sent} max={size} aria-label={t.sending(name)} />
          <p className="small soft">
            {t.sent(sizeInWords(sent, locale), sizeInWords(size, locale))}
          </p>
        </>
      )}
      <p role="status" className="small">
        {said}
      </p>
      {problem && (
        <p className="field-error" role="alert">
          <ErrorIcon />
          <span>{problemText(problem, t, locale)}</span>
        </p>
      )}
      <div className="row">
        {(phase === "sending" || phase === "waiting") && (
          <Button variant="quiet" onPress={() => upload.pause()}>
            {t.pause}
          </Button>
        )}
        {phase === "paused" && <Button onPress={() => upload.resume()}>{t.resume}</Button>}
        {phase === "failed" && (
          <>
            <input
              type="file"
              hidden
              ref={input}
              onChange={(event) => {
                const [file] = event.target.files ?? [];
                if (file) onChoose(file);
              }}
            />
            <Button onPress={() => upload.resume()}>{t.retry}</Button>
            <Button onPress={() => input.current?.click()}>{t.chooseAnother}</Button>
          </>
        )}
        <Button variant="quiet" onPress={onCancel} aria-label={`${t.cancel}: ${name}`}>
          {t.cancel}
        </Button>
      </div>
    </div>
  );
}
