import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Card } from "@/components/ui/Card";
import { Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { RichText } from "@/components/ui/RichText";
import { SelectField } from "@/components/ui/SelectField";
import { asProblem } from "@/lib/api/problem";
import { useMessages } from "@/lib/i18n/i18n";
import { type Kind, type Place, previewTemplate } from "./api";
import { useTexts } from "./texts";

type MailPreviewProps = {
  place: Place;
  kind: Kind;
  language: string;
  subject: string;
  body: string;
};

const RIGHT_TO_LEFT = ["ar"];

/** The value as it was half a second ago: a preview for every key would be many. */
function useSettled<Value>(value: Value, key: string): Value {
  const [settled, setSettled] = useState(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the value
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 500);
    return () => clearTimeout(timer);
  }, [key]);
  return settled;
}

/** The mail as the server would write it, drawn here: what a browser parses from a mail is not let into the app. */
export function MailPreview({ place, kind, language, subject, body }: MailPreviewProps) {
  const t = useMessages();
  const texts = useTexts();
  const [view, setView] = useState("phone");
  const words = useSettled({ subject, body }, `${subject}\u0000${body}`);
  const isWhole = words.subject.trim() !== "" && words.body.trim() !== "";
  const preview = useQuery({
    queryKey: ["mail-preview", place.organization, place.event, kind, language, words],
    queryFn: () => previewTemplate(place, kind, language, words),
    enabled: isWhole,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  });
  const dir = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
  return (
    <Card title={texts.preview} lead={texts.previewLead}>
      <SelectField
        label={texts.view}
        value={view}
        options={Object.entries(texts.views).map(([value, label]) => ({ value, label }))}
        onChange={setView}
      />
      {preview.isError && (
        <ProblemAlert
          error={preview.error}
          explanation={asProblem(preview.error)
            .errors.map(({ message }) => message)
            .join(" ")}
        />
      )}
      {preview.isPending && isWhole && <Skeleton label={t.common.loading} lines={5} />}
      {preview.data && !preview.isError && (
        <div className="mail-paper">
          <div
            className={`mail-sheet${view === "phone" ? " mail-sheet-phone" : ""}`}
            dir={dir}
            lang={language}
          >
            <p>
              <strong>{preview.data.subject}</strong>
            </p>
            {view === "text" ? (
              <pre className="mail-plain">{preview.data.text}</pre>
            ) : (
              <RichText markup={preview.data.body} />
            )}
          </div>
        </div>
      )}
    </Card>
  );
}
