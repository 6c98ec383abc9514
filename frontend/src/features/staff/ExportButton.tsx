import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Alert } from "@/components/ui/Feedback";
import { SelectField } from "@/components/ui/SelectField";
import { download } from "@/lib/download";
import {
  type ExportFormat,
  exportRegistrations,
  FORMAT_NAMES,
  FORMATS,
  type StaffFilter,
} from "./queries";
import { useTexts } from "./texts";

type ExportButtonProps = { organization: string; filter: StaffFilter; slug: string };

/** What the filter shows, as a file. */
export function ExportButton({ organization, filter, slug }: ExportButtonProps) {
  const texts = useTexts();
  const [format, setFormat] = useState<ExportFormat>("csv");
  const [isPending, setPending] = useState(false);
  const [hasFailed, setFailed] = useState(false);

  const run = async () => {
    setPending(true);
    setFailed(false);
    try {
      const day = new Date().toISOString().slice(0, 10);
      const file = await exportRegistrations(organization, filter, format);
      download(file, `registrations-${slug}-${day}.${format}`);
    } catch {
      setFailed(true);
    } finally {
      setPending(false);
    }
  };

  return (
    <div className="staff-export">
      <SelectField
        label={texts.format}
        value={format}
        options={FORMATS.map((value) => ({ value, label: FORMAT_NAMES[value] }))}
        onChange={(value) => setFormat(FORMATS.find((one) => one === value) ?? "csv")}
      />
      <Button onPress={run} isPending={isPending}>
        {isPending ? texts.exporting : texts.export}
      </Button>
      {hasFailed && (
        <Alert tone="bad" live>
          {texts.exportFailed}
        </Alert>
      )}
    </div>
  );
}
