import { useMutation } from "@tanstack/react-query";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { ProblemAlert } from "@/components/ui/Problem";
import { download } from "@/lib/download";
import type { DataSubject } from "../api";
import { useTexts } from "../texts";

export function DownloadCard({ subject }: { subject: DataSubject }) {
  const texts = useTexts();
  const run = useMutation({
    mutationFn: async () => {
      const day = new Date().toISOString().slice(0, 10);
      download(await subject.download(), `my-data-${day}.zip`);
    },
    // The file holds sensitive answers: nothing of it stays in a cache.
    gcTime: 0,
  });
  return (
    <Card title={texts.downloadTitle} lead={texts.downloadLead}>
      {run.isError && <ProblemAlert error={run.error} />}
      <div className="row">
        <Button onPress={() => run.mutate()} isPending={run.isPending}>
          {run.isPending ? texts.downloading : texts.download}
        </Button>
        <span role="status">{run.isSuccess ? texts.downloaded : ""}</span>
      </div>
    </Card>
  );
}
