import { useEffect, useState } from "react";
import { Button } from "@/components/ui/Button";
import { asProblem } from "@/lib/api/problem";
import type { FileValue, FormField } from "@/lib/document";
import { download } from "@/lib/download";
import { useI18n } from "@/lib/i18n/i18n";
import { loadContent } from "./api";
import { sizeInWords } from "./kinds";
import { problemText } from "./problemText";
import type { Place } from "./remembered";
import { useFileTexts } from "./texts";

type GivenFileProps = {
  field: FormField;
  place: Place;
  value: FileValue;
  /** The file itself, while the page that it was chosen on is open. */
  local: File | null;
  onRemove: (() => void) | null;
};

/** The file that answers the question: seen or heard where that can be, and taken out again. */
export function GivenFile({ field, place, value, local, onRemove }: GivenFileProps) {
  const t = useFileTexts();
  const { locale } = useI18n();
  const [problem, setProblem] = useState("");
  const label = field.type === "signature" ? t.signature : value.name;
  const save = async () => {
    setProblem("");
    try {
      download(local ?? (await loadContent(place.registration, value.upload)), value.name);
    } catch (error) {
      setProblem(problemText(asProblem(error), t, locale));
    }
  };

  return (
    <div className="file-given">
      <Preview field={field} place={place} value={value} local={local} label={label} />
      <p className="file-name" dir="auto">
        {label} <span className="small soft">{sizeInWords(value.size, locale)}</span>
      </p>
      <p role="status" className="small">
        {local ? t.done(label) : problem}
      </p>
      <div className="row">
        {!field.sensitive && (
          <Button variant="quiet" onPress={save} aria-label={t.downloadFile(label)}>
            {t.download}
          </Button>
        )}
        {onRemove && (
          <Button variant="quiet" onPress={onRemove} aria-label={t.removeFile(label)}>
            {field.type === "signature" ? t.signAgain : t.remove}
          </Button>
        )}
      </div>
    </div>
  );
}

// A picture of a person's own is worth loading again; a film is not before somebody asks for it.
const LOADED = ["image", "signature"];

function Preview({
  field,
  place,
  value,
  local,
  label,
}: Omit<GivenFileProps, "onRemove"> & { label: string }) {
  const t = useFileTexts();
  const [url, setUrl] = useState<string | null>(null);
  const { upload } = value;
  const { registration } = place;
  useEffect(() => {
    let made: string | null = null;
    let isCurrent = true;
    const show = (blob: Blob) => {
      if (!isCurrent) return;
      made = URL.createObjectURL(blob);
      setUrl(made);
    };
    if (local) show(local);
    else if (registration && LOADED.includes(field.type) && !field.sensitive) {
      loadContent(registration, upload).then(show, () => undefined);
    }
    return () => {
      isCurrent = false;
      if (made) URL.revokeObjectURL(made);
      setUrl(null);
    };
  }, [local, upload, registration, field.type, field.sensitive]);
  if (!url) return null;
  if (value.media_type.startsWith("image/"))
    return <img className="file-preview" src={url} alt={t.preview(label)} />;
  if (value.media_type.startsWith("audio/"))
    // biome-ignore lint/a11y/useMediaCaption: it is what the person has just recorded, played back to them
    return <audio controls src={url} aria-label={t.preview(label)} />;
  if (value.media_type.startsWith("video/")) {
    // biome-ignore lint/a11y/useMediaCaption: it is what the person has just recorded, played back to them
    return <video className="file-preview" controls src={url} aria-label={t.preview(label)} />;
  }
  return null;
}
