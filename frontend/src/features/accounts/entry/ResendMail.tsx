import { useMutation } from "@tanstack/react-query";
import { Button } from "@/components/ui/Button";
import { Alert } from "@/components/ui/Feedback";
import { ProblemAlert } from "@/components/ui/Problem";
import { resendVerification } from "../api";
import { useTexts } from "../texts";

export function ResendMail({ email }: { email: string }) {
  const texts = useTexts();
  const resend = useMutation({ mutationFn: () => resendVerification(email) });
  return (
    <div className="stack-s">
      {resend.isSuccess && (
        <Alert tone="good" live>
          {texts.sentAgain}
        </Alert>
      )}
      {resend.isError && <ProblemAlert error={resend.error} />}
      <div>
        <Button onPress={() => resend.mutate()} isPending={resend.isPending}>
          {resend.isPending ? texts.sending : texts.sendAgain}
        </Button>
      </div>
    </div>
  );
}
