import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Alert } from "@/components/ui/Feedback";
import { download } from "@/lib/download";
import { useMessages } from "@/lib/i18n/i18n";
import { useTexts } from "../texts";

/** The recovery codes, the only time anybody sees them: the server keeps what checks them, not them. */
export function RecoveryCodes({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  const t = useMessages();
  const texts = useTexts();
  const [isCopied, setCopied] = useState(false);
  const text = `${texts.codesFile}\n\n${codes.join("\n")}\n`;

  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      // No clipboard without permission or TLS: the codes are on the page, and can be downloaded.
      () => setCopied(false),
    );

  return (
    <div className="stack">
      <Alert tone="warn" title={texts.codesTitle} live>
        {texts.codesLead}
      </Alert>
      <ul className="recovery-codes" aria-label={texts.codesTitle}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="row">
        <Button onPress={copy}>{isCopied ? t.common.copied : texts.copyCodes}</Button>
        <Button
          onPress={() => download(new Blob([text], { type: "text/plain" }), "recovery-codes.txt")}
        >
          {texts.downloadCodes}
        </Button>
        <Button onPress={() => window.print()}>{texts.printCodes}</Button>
        <Button variant="primary" onPress={onKept}>
          {texts.codesKept}
        </Button>
      </div>
    </div>
  );
}
