import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { asProblem } from "@/lib/api/problem";
import { useMessages } from "@/lib/i18n/i18n";
import { confirmItIsMe } from "../api";
import { EntryForm } from "../entry/EntryForm";
import { CodeField, PasswordField } from "../entry/fields";
import { useTexts } from "../texts";

type Asked = { ways: string[]; onShown: () => void; onRefused: () => void };

/** Does what the server wants a person to show themselves for; `question` asks them when it is time. */
export function useConfirmation() {
  const [asked, setAsked] = useState<Asked | null>(null);

  const run = async <Result,>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      const problem = asProblem(error);
      if (problem.slug !== "confirm-it-is-you") throw error;
      return new Promise<Result>((resolve, reject) =>
        setAsked({
          ways: (problem.document.ways as string[] | undefined) ?? [],
          onShown: () => {
            setAsked(null);
            work().then(resolve, reject);
          },
          onRefused: () => {
            setAsked(null);
            reject(error);
          },
        }),
      );
    }
  };

  const question: ReactNode = asked && <Question {...asked} />;
  return { run, question };
}

function Question({ ways, onShown, onRefused }: Asked) {
  const t = useMessages();
  const texts = useTexts();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [isTried, setTried] = useState(false);
  const wantsPassword = ways.includes("password");
  const wantsCode = ways.includes("code");
  const errors = {
    "confirm-password": wantsPassword && !password ? texts.passwordMissing : null,
    "confirm-code": wantsCode && !code.trim() ? texts.codeMissing : null,
  };
  const cancel = (
    <Button variant="quiet" onPress={onRefused}>
      {t.common.cancel}
    </Button>
  );
  return (
    <Dialog title={texts.confirmTitle} isOpen onClose={onRefused}>
      <p>{ways.length > 0 ? texts.confirmLead : texts.confirmNoWay}</p>
      {ways.length === 0 ? (
        cancel
      ) : (
        <EntryForm
          action={texts.confirm}
          busy={texts.saving}
          wide={false}
          aside={cancel}
          errors={errors}
          onTry={() => setTried(true)}
          onSubmit={async () => {
            await confirmItIsMe({
              password: wantsPassword ? password : null,
              code: wantsCode ? code.replace(/\s/g, "") : null,
            });
            onShown();
          }}
        >
          {wantsPassword && (
            <PasswordField
              id="confirm-password"
              label={texts.password}
              value={password}
              onChange={setPassword}
              error={isTried && errors["confirm-password"]}
            />
          )}
          {wantsCode && (
            <CodeField
              id="confirm-code"
              label={texts.factorCode}
              value={code}
              onChange={setCode}
              error={isTried && errors["confirm-code"]}
            />
          )}
        </EntryForm>
      )}
    </Dialog>
  );
}
