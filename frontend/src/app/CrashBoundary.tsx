import { Component, type ReactNode } from "react";
import { Button } from "@/components/ui/Button";
import { EmptyState } from "@/components/ui/Feedback";
import { useMessages } from "@/lib/i18n/i18n";

function Crashed() {
  const t = useMessages();
  return (
    <main className="page">
      <EmptyState
        title={t.problem.title}
        action={
          <Button variant="primary" onPress={() => window.location.reload()}>
            {t.problem.reload}
          </Button>
        }
      >
        {t.problem.crashed}
      </EmptyState>
    </main>
  );
}

/** The last resort: a page that throws while drawing, or a chunk that a new release has replaced. */
export class CrashBoundary extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError(): { crashed: boolean } {
    return { crashed: true };
  }

  override render(): ReactNode {
    return this.state.crashed ? <Crashed /> : this.props.children;
  }
}
