import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/ui/Button";
import { useMessages } from "@/lib/i18n/i18n";

export const loadResumeLinkDialog = () => import("./ResumeLinkDialog");
const ResumeLinkDialog = lazy(loadResumeLinkDialog);

/** The way to go on with this draft on another device. */
export function ContinueElsewhere({
  uid,
  beforeCreate,
}: {
  uid: string;
  beforeCreate: () => Promise<void>;
}) {
  const t = useMessages();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="quiet" onPress={() => setOpen(true)}>
        {t.wizard.continueElsewhere}
      </Button>
      {isOpen && (
        <Suspense>
          <ResumeLinkDialog uid={uid} beforeCreate={beforeCreate} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
