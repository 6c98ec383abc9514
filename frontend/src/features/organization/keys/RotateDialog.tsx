import { useState } from "react";
import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { SelectField } from "@/components/ui/SelectField";
import { explainedBy } from "@/lib/api/explain";
import { type ApiKey, type CreatedKey, rotateKey } from "../api";
import { useTexts } from "../texts";

const USUAL_OVERLAP = 86_400;

type RotateDialogProps = {
  organization: string;
  apiKey: ApiKey;
  onRotated: (created: CreatedKey) => void;
  onClose: () => void;
};

export function RotateDialog({ organization, apiKey, onRotated, onClose }: RotateDialogProps) {
  const texts = useTexts();
  const [overlap, setOverlap] = useState(USUAL_OVERLAP);
  return (
    <ConfirmDialog
      title={texts.rotateTitle}
      confirm={texts.rotate}
      isDanger={false}
      onClose={onClose}
      onConfirm={async () => onRotated(await rotateKey(organization, apiKey.uid, overlap))}
      explain={(error) => explainedBy(texts.problems, error)}
    >
      <p>{texts.rotateLead}</p>
      <SelectField
        label={texts.overlap}
        value={String(overlap)}
        options={Object.entries(texts.overlaps).map(([value, label]) => ({ value, label }))}
        onChange={(value) => setOverlap(Number(value))}
      />
    </ConfirmDialog>
  );
}
