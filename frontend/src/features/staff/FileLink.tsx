import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { ErrorIcon } from "@/components/ui/field";
import { fetchRaw } from "@/lib/api/client";
import type { FileValue } from "@/lib/document";
import { download } from "@/lib/download";
import { useTexts } from "./texts";

/** A file of an answer, fetched when somebody asks for it: it needs the session, which a link would not send. */
export function FileLink({ registration, file }: { registration: string; file: FileValue }) {
  const texts = useTexts();
  const [state, setState] = useState<"idle" | "busy" | "failed">("idle");
  const save = async () => {
    setState("busy");
    try {
      const address = `/api/v1/registrations/${registration}/uploads/${file.upload}/content`;
      download(await (await fetchRaw(address)).blob(), file.name);
      setState("idle");
    } catch {
      setState("failed");
    }
  };
  return (
    <span className="masked">
      {file.name}
      <Button
        variant="quiet"
        onPress={save}
        isPending={state === "busy"}
        aria-label={texts.downloadLabel(file.name)}
      >
        {texts.download}
      </Button>
      {state === "failed" && (
        <span className="field-error" role="alert">
          <ErrorIcon />
          {texts.downloadFailed}
        </span>
      )}
    </span>
  );
}
