import { type ChangeEvent, type DragEvent, useRef, useState } from "react";
import { Button } from "@/components/ui/Button";
import type { FormField } from "@/lib/document";
import { useI18n } from "@/lib/i18n/i18n";
import { acceptOf, kindsInWords, sizeInWords } from "./kinds";
import { useFileTexts } from "./texts";

type FileChooserProps = { id: string; field: FormField; onChoose: (file: File) => void };

/** The file dialog, a place to drop a file, and on phones the camera or the recorder. */
export function FileChooser({ id, field, onChoose }: FileChooserProps) {
  const t = useFileTexts();
  const { locale } = useI18n();
  const dialog = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const [isOver, setIsOver] = useState(false);
  const [note, setNote] = useState("");
  const record = { image: t.takePhoto, audio: t.recordSound, video: t.recordFilm }[
    field.type as string
  ];
  const onlyNew = field.appearance?.split(" ").includes("new") ?? false;

  const take = (files: FileList | null) => {
    const [file] = files ?? [];
    setNote((files?.length ?? 0) > 1 ? t.oneOnly : "");
    if (file) onChoose(file);
  };
  const chosen = (event: ChangeEvent<HTMLInputElement>) => {
    take(event.target.files);
    // The same file can be chosen again, to go on or to try again.
    event.target.value = "";
  };
  const dropped = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    take(event.dataTransfer.files);
  };
  const words = [
    t.kinds(kindsInWords(field)),
    field.max_bytes && t.most(sizeInWords(field.max_bytes, locale)),
  ];
  const dialogue = { type: "file", hidden: true, onChange: chosen };
  const accept = acceptOf(field);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way for those with a mouse; the buttons do the same
    <div
      className="file-drop"
      data-over={isOver ? "" : undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={dropped}
    >
      <input {...dialogue} ref={dialog} accept={accept} data-testid={`${id}-file`} />
      <div className="row">
        {!onlyNew && (
          <Button id={`${id}-choose`} onPress={() => dialog.current?.click()}>
            {t.choose}
          </Button>
        )}
        {record && (
          <>
            <input
              {...dialogue}
              ref={camera}
              accept={accept}
              capture={field.appearance?.includes("new-front") ? "user" : "environment"}
            />
            <span className={onlyNew ? undefined : "file-record"}>
              <Button onPress={() => camera.current?.click()}>{record}</Button>
            </span>
          </>
        )}
        {!onlyNew && <span className="small soft file-or">{t.orDrop}</span>}
      </div>
      <p className="small soft">{words.filter(Boolean).join(". ")}</p>
      <p role="status" className="small">
        {note}
      </p>
    </div>
  );
}
