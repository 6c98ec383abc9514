import { useEffect, useState } from "react";
import { Button } from "@/components/ui/Button";
import { CopyField } from "@/components/ui/CopyField";
import { useMessages } from "@/lib/i18n/i18n";
import { confirmSecondFactor, type SecondFactorSetUp, startSecondFactor } from "../api";
import { EntryForm } from "../entry/EntryForm";
import { CodeField, PasswordField } from "../entry/fields";
import { useTexts } from "../texts";

type SetUpFactorProps = { onDone: (recoveryCodes: string[]) => void; onClose: () => void };

export function SetUpFactor({ onDone, onClose }: SetUpFactorProps) {
  const t = useMessages();
  const [setUp, setSetUp] = useState<SecondFactorSetUp | null>(null);
  return (
    <div className="stack">
      {setUp ? <ConfirmFactor setUp={setUp} onDone={onDone} /> : <AskPassword onSetUp={setSetUp} />}
      <div>
        <Button variant="quiet" onPress={onClose}>
          {t.common.cancel}
        </Button>
      </div>
    </div>
  );
}

function AskPassword({ onSetUp }: { onSetUp: (setUp: SecondFactorSetUp) => void }) {
  const texts = useTexts();
  const [password, setPassword] = useState("");
  const [isTried, setTried] = useState(false);
  const wrong = password ? null : texts.passwordMissing;
  return (
    <EntryForm
      action={texts.continue}
      busy={texts.saving}
      wide={false}
      errors={{ "factor-password": wrong }}
      onTry={() => setTried(true)}
      onSubmit={async () => onSetUp(await startSecondFactor(password))}
    >
      <PasswordField
        id="factor-password"
        label={texts.password}
        hint={texts.setUpPassword}
        value={password}
        onChange={setPassword}
        error={isTried && wrong}
      />
    </EntryForm>
  );
}

type ConfirmFactorProps = { setUp: SecondFactorSetUp; onDone: (codes: string[]) => void };

function ConfirmFactor({ setUp, onDone }: ConfirmFactorProps) {
  const t = useMessages();
  const texts = useTexts();
  const [code, setCode] = useState("");
  const [isTried, setTried] = useState(false);
  const wrong = /^\d{6}$/.test(code.replace(/\s/g, "")) ? null : texts.codeMissing;
  return (
    <div className="factor-set-up">
      <SvgImage svg={setUp.qr_svg} alt={texts.setUpQr} />
      <div className="stack">
        <p>{texts.setUpScan}</p>
        <CopyField
          label={texts.setUpSecret}
          value={setUp.secret}
          copy={texts.copySecret}
          copied={t.common.copied}
        />
        <EntryForm
          action={texts.turnOn}
          busy={texts.saving}
          wide={false}
          errors={{ "factor-code": wrong }}
          onTry={() => setTried(true)}
          onSubmit={async () => {
            const made = await confirmSecondFactor(code.replace(/\s/g, ""));
            onDone(made.recovery_codes);
          }}
        >
          <CodeField
            id="factor-code"
            label={texts.setUpCode}
            value={code}
            onChange={setCode}
            error={isTried && wrong}
          />
        </EntryForm>
      </div>
    </div>
  );
}

/** An SVG from the API as an image: markup that came over the network never becomes part of the page. */
function SvgImage({ svg, alt }: { svg: string; alt: string }) {
  const [source, setSource] = useState<string | null>(null);
  useEffect(() => {
    const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    setSource(url);
    return () => URL.revokeObjectURL(url);
  }, [svg]);
  if (!source) return null;
  return <img className="factor-qr" src={source} alt={alt} />;
}
