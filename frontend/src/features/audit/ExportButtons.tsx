import { useMutation } from "@tanstack/react-query";
import { Button } from "@/components/ui/Button";
import { ProblemAlert } from "@/components/ui/Problem";
import { download } from "@/lib/download";
import type { Organization } from "@/lib/session/permissions";
import { type AuditFilter, type ExportFormat, exportEvents } from "./queries";
import { useTexts } from "./texts";

type ExportButtonsProps = { organization: Organization; filter: AuditFilter };

export function ExportButtons({ organization, filter }: ExportButtonsProps) {
  const texts = useTexts();
  const run = useMutation({
    mutationFn: async (format: ExportFormat) => {
      const day = new Date().toISOString().slice(0, 10);
      const file = await exportEvents(organization.uid, filter, format);
      download(file, `audit-${organization.slug}-${day}.${format}`);
    },
    gcTime: 0,
  });
  const button = (format: ExportFormat, label: string) => (
    <Button
      onPress={() => run.mutate(format)}
      isPending={run.isPending && run.variables === format}
    >
      {run.isPending && run.variables === format ? texts.exporting : label}
    </Button>
  );
  return (
    <>
      <div className="row">
        {button("csv", texts.exportCsv)}
        {button("ndjson", texts.exportNdjson)}
      </div>
      {run.isError && <ProblemAlert error={run.error} />}
    </>
  );
}
