import { useEffect, useState } from "react";
import { Skeleton } from "@/components/ui/Feedback";
import { useMessages } from "@/lib/i18n/i18n";
import { loadQr } from "../api";

export function QrImage({ uid }: { uid: string }) {
  const t = useMessages();
  const [source, setSource] = useState<string | null>(null);
  const [isMissing, setMissing] = useState(false);

  useEffect(() => {
    let url: string | null = null;
    let isCurrent = true;
    loadQr(uid).then(
      (loaded) => {
        url = loaded;
        if (isCurrent) setSource(loaded);
        else URL.revokeObjectURL(loaded);
      },
      () => isCurrent && setMissing(true),
    );
    return () => {
      isCurrent = false;
      if (url) URL.revokeObjectURL(url);
    };
  }, [uid]);

  if (isMissing) return <p className="soft small">{t.confirmation.qrMissing}</p>;
  return (
    <div className="pass-qr">
      {source ? (
        <img src={source} alt={t.confirmation.qr} width="240" height="240" />
      ) : (
        <Skeleton label={t.common.loading} lines={1} tall />
      )}
    </div>
  );
}
