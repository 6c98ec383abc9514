import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { useMessages } from "@/lib/i18n/i18n";
import { useTexts } from "../../texts";
import { readCode } from "./camera";

type ScannerProps = {
  onCode: (code: string) => void;
  onClose: () => void;
  onFailure: () => void;
};

export default function Scanner({ onCode, onClose, onFailure }: ScannerProps) {
  const t = useMessages();
  const texts = useTexts();
  const video = useRef<HTMLVideoElement>(null);
  const end = useRef({ onCode, onFailure });
  end.current = { onCode, onFailure };

  useEffect(() => {
    const stop = new AbortController();
    if (video.current) {
      readCode(video.current, stop.signal).then(
        (code) => end.current.onCode(code),
        () => {
          if (!stop.signal.aborted) end.current.onFailure();
        },
      );
    }
    return () => stop.abort();
  }, []);

  return (
    <Dialog title={texts.scanTitle} isOpen onClose={onClose}>
      <p>{texts.scanLead}</p>
      <video ref={video} className="scanner" muted playsInline />
      <Button onPress={onClose}>{t.common.cancel}</Button>
    </Dialog>
  );
}
