import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Alert, EmptyState, Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { EventDetails } from "@/features/catalog/EventDetails";
import { FlowPreview } from "@/features/registration/preview/FlowPreview";
import { useTexts } from "@/features/registration/texts";
import { api, unwrap } from "@/lib/api/client";
import { asProblem } from "@/lib/api/problem";
import { useMessages } from "@/lib/i18n/i18n";

/** `/preview#token`: an event as it is edited, with its steps to walk through. Nothing is sent or kept. */
export default function PreviewRoute() {
  const t = useMessages();
  const texts = useTexts();
  const [token] = useState(() => decodeURIComponent(window.location.hash.replace(/^#/, "")));
  const preview = useQuery({
    queryKey: ["preview", token],
    queryFn: () => unwrap(api.POST("/api/v1/previews", { body: { token } })),
    retry: false,
  });
  if (preview.isPending) {
    return (
      <div className="page">
        <Skeleton label={t.common.loading} lines={4} tall />
      </div>
    );
  }
  if (preview.isError) {
    const gone = asProblem(preview.error).status === 404 || asProblem(preview.error).status === 422;
    return (
      <div className="page page-narrow">
        {gone ? (
          <EmptyState title={texts.previewOverTitle}>{texts.previewOverDetail}</EmptyState>
        ) : (
          <ProblemAlert error={preview.error} onRetry={() => preview.refetch()} />
        )}
      </div>
    );
  }
  const { event, flow, problems } = preview.data;
  return (
    <>
      <div className="page page-narrow">
        <Alert tone="warn" title={texts.previewTitle}>
          {texts.previewLead}
        </Alert>
      </div>
      <EventDetails event={event} register={null} />
      <div className="page page-narrow stack">
        {flow ? (
          <FlowPreview flow={flow} />
        ) : (
          <Alert tone="bad" title={texts.previewProblems}>
            <ul>
              {problems.map((problem) => (
                <li key={problem.pointer + problem.code}>
                  <span className="mono">{problem.pointer}</span> {problem.message}
                </li>
              ))}
            </ul>
          </Alert>
        )}
      </div>
    </>
  );
}
