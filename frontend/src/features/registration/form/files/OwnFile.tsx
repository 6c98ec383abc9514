import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { asProblem } from "@/lib/api/problem";
import type { FileValue } from "@/lib/document";
import { download } from "@/lib/download";
import { useI18n } from "@/lib/i18n/i18n";
import { loadContent } from "./api";
import { problemText } from "./problemText";
import { useFileTexts } from "./texts";

/** A file among one's answers, to be fetched: it needs the token, which a link would not send. */
export function OwnFile({ registration, file }: { registration: string; file: FileValue }) {
  const t = useFileTexts();
  const { locale } = useI18n();
  const [problem, setProblem] = useState("");
  const save = async () => {
    setProblem("");
    try {
      download(await loadContent(registration, file.upload), file.name);
    } catch (error) {
      setProblem(problemText(asProblem(error), t, locale));
    }
  };
  return (
    <span className="row">
      {file.name}
      <Button variant="quiet" onPress={save} aria-label={t.downloadFile(file.name)}>
        {t.download}
      </Button>
      {problem && (
        <span className="field-error" role="alert">
          {problem}
        </span>
      )}
    </span>
  );
}
