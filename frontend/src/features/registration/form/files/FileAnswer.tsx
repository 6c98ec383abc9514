import { useCallback, useMemo, useRef, useState } from "react";
import { FieldGroup } from "@/components/ui/FieldGroup";
import { type FileValue, isFileValue } from "@/lib/document";
import { type FieldProps, useForm } from "../context";
import { useFieldText } from "../useFieldText";
import { BrokenOff } from "./BrokenOff";
import { FileChooser } from "./FileChooser";
import { GivenFile } from "./GivenFile";
import { SendingFile } from "./SendingFile";
import { SignaturePad } from "./SignaturePad";
import "./files.css";
import { useUpload } from "./useUpload";

/** A question that a file answers: chosen, dropped, taken with the camera, recorded or, for a signature, drawn or typed. */
export default function FileAnswer(props: FieldProps) {
  const { field, path, pointer, value } = props;
  const form = useForm();
  const { registration, step, change } = form;
  const place = useMemo(() => ({ registration, step, pointer }), [registration, step, pointer]);
  const [local, setLocal] = useState<{ uid: string; file: File } | null>(null);
  // The path is made anew at every change of the form, and the file may arrive while another page is open.
  const latest = useRef({ change, path });
  latest.current = { change, path };
  const done = useCallback((answer: FileValue, file: File) => {
    setLocal({ uid: answer.upload, file });
    latest.current.change(latest.current.path, answer);
  }, []);
  const { upload, progress, broken, choose, cancel, forgetBroken } = useUpload(place, done);
  // A form that is only looked at has no registration that a file could be sent to.
  const keepHere = (file: File) =>
    done({ upload: file.name, name: file.name, media_type: file.type, size: file.size }, file);
  const take = registration === "" ? keepHere : choose;
  const words = useFieldText(props);
  const given = isFileValue(value) ? value : null;
  const shown = local && local.uid === given?.upload ? local.file : null;

  return (
    <FieldGroup {...words} isReadOnly={field.read_only}>
      {given && !upload && (
        <GivenFile
          field={field}
          place={place}
          value={given}
          local={shown}
          onRemove={field.read_only ? null : () => change(path, null)}
        />
      )}
      {upload && progress && (
        <SendingFile upload={upload} progress={progress} onCancel={cancel} onChoose={choose} />
      )}
      {!given && broken && <BrokenOff broken={broken} onForget={forgetBroken} />}
      {!given && !upload && !field.read_only && (
        <Chooser {...props} id={words.id} onChoose={take} />
      )}
    </FieldGroup>
  );
}

function Chooser({
  id,
  field,
  onChoose,
}: Pick<FieldProps, "field"> & { id: string; onChoose: (file: File) => void }) {
  if (field.type === "signature") return <SignaturePad id={id} onSigned={onChoose} />;
  return <FileChooser id={id} field={field} onChoose={onChoose} />;
}
