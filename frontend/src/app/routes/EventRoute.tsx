import { useParams } from "react-router";
import { Skeleton } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { EventDetails } from "@/features/catalog/EventDetails";
import { useEvent } from "@/features/catalog/queries";
import { RegisterPanel } from "@/features/registration/RegisterPanel";
import { asProblem } from "@/lib/api/problem";
import { useMessages } from "@/lib/i18n/i18n";
import NotFoundRoute from "./NotFoundRoute";

export default function EventRoute() {
  const t = useMessages();
  const { slug = "" } = useParams();
  const event = useEvent(slug);
  if (event.isPending) {
    return (
      <div className="page">
        <Skeleton label={t.common.loading} lines={4} tall />
      </div>
    );
  }
  if (event.isError) {
    if (asProblem(event.error).status === 404) return <NotFoundRoute />;
    return (
      <div className="page">
        <ProblemAlert error={event.error} onRetry={() => event.refetch()} />
      </div>
    );
  }
  return <EventDetails event={event.data} register={<RegisterPanel event={event.data} />} />;
}
