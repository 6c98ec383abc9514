import type { ReactNode } from "react";
import { Navigate, useLocation } from "react-router";
import { Skeleton } from "@/components/ui/Feedback";
import type { Me } from "@/lib/api/types";
import { useMessages } from "@/lib/i18n/i18n";
import { useSession } from "@/lib/session/session";

/** Shows its content to a signed-in person and sends everybody else to sign in, and back afterwards. */
export function SignedIn({ children }: { children: (me: Me) => ReactNode }) {
  const t = useMessages();
  const session = useSession();
  const { pathname, search } = useLocation();
  if (session.status === "signed-in") return children(session.me);
  if (session.status === "guest") {
    return <Navigate to={`/sign-in?next=${encodeURIComponent(pathname + search)}`} replace />;
  }
  return (
    <div className="page">
      <Skeleton label={t.common.loading} lines={4} />
    </div>
  );
}
