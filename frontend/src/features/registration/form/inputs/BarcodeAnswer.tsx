import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/ui/Button";
import { TextField } from "@/components/ui/TextField";
import { useTexts } from "../../texts";
import { type FieldProps, useForm } from "../context";
import { useFieldText } from "../useFieldText";
import { canScan } from "./camera";

const Scanner = lazy(() => import("./Scanner"));

/** Typed, pasted or sent by a hand scanner, which is a keyboard to the browser; with a camera where the browser reads codes. */
export default function BarcodeAnswer(props: FieldProps) {
  const { field, path, value } = props;
  const form = useForm();
  const texts = useTexts();
  const [isOpen, setOpen] = useState(false);
  const [said, setSaid] = useState("");
  return (
    <>
      <TextField
        {...useFieldText(props)}
        value={typeof value === "string" ? value : ""}
        onChange={(text) => form.change(path, text)}
        autoComplete="off"
        dir="ltr"
        isReadOnly={field.read_only}
        aside={
          canScan() &&
          !field.read_only && (
            <Button
              aria-label={`${texts.scan}: ${form.text(field.label)}`}
              onPress={() => {
                setSaid("");
                setOpen(true);
              }}
            >
              {texts.scan}
            </Button>
          )
        }
      />
      <span role="status" className="small">
        {said}
      </span>
      {isOpen && (
        <Suspense>
          <Scanner
            onClose={() => setOpen(false)}
            onCode={(code) => {
              form.change(path, code);
              setSaid(texts.scanned(code));
              setOpen(false);
            }}
            onFailure={() => {
              setSaid(texts.noCamera);
              setOpen(false);
            }}
          />
        </Suspense>
      )}
    </>
  );
}
