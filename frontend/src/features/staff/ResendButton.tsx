import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Alert } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { api, unwrap } from "@/lib/api/client";
import { useTexts } from "./texts";

/** Sends the confirmation of one registration again. */
export function ResendButton({ registration }: { registration: string }) {
  const texts = useTexts();
  const [state, setState] = useState<"idle" | "busy" | "sent">("idle");
  const [problem, setProblem] = useState<unknown>(null);
  const send = async () => {
    setState("busy");
    setProblem(null);
    try {
      await unwrap(
        api.POST("/api/v1/registrations/{registration}/resend", {
          params: { path: { registration } },
        }),
      );
      setState("sent");
    } catch (error) {
      setProblem(error);
      setState("idle");
    }
  };
  return (
    <>
      <div>
        <Button onPress={send} isPending={state === "busy"} isDisabled={state === "sent"}>
          {texts.resend}
        </Button>
      </div>
      {state === "sent" && (
        <Alert tone="good" live>
          {texts.resent}
        </Alert>
      )}
      {problem !== null && <ProblemAlert error={problem} />}
    </>
  );
}
