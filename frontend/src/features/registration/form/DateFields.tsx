import { useState } from "react";
import { TextField } from "@/components/ui/TextField";
import { instantToWall, wallToInstant, zoneName } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import { type FieldProps, useForm } from "./context";
import { useFieldText } from "./useFieldText";

function limit(value: number | string | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The browser's own date and time inputs: keyboard, wheel on a phone, and the reader's date order come with them. */
export function DateAnswer(props: FieldProps) {
  const { field, path, value } = props;
  const form = useForm();
  const words = useFieldText(props);
  return (
    <TextField
      {...words}
      type={field.type === "time" ? "time" : "date"}
      value={typeof value === "string" ? value : ""}
      onChange={(text) => form.change(path, text === "" ? null : text)}
      min={limit(field.minimum)}
      max={limit(field.maximum) ?? (field.type === "date" ? "9999-12-31" : undefined)}
      isReadOnly={field.read_only}
      short
    />
  );
}

/** Typed on the wall clock of the event's zone, kept as an instant in UTC. */
export function DateTimeAnswer(props: FieldProps) {
  const { field, path, value } = props;
  const form = useForm();
  const { locale, messages: t } = useI18n();
  const words = useFieldText(props);
  const zone = form.clock.timezone;
  const [incomplete, setIncomplete] = useState("");
  const stored = typeof value === "string" ? instantToWall(value, zone) : "";
  const named = t.fields.zone(zoneName(zone, locale, new Date(form.clock.now)));
  return (
    <TextField
      {...words}
      hint={words.hint ? `${words.hint} · ${named}` : named}
      type="datetime-local"
      value={stored || incomplete}
      onChange={(text) => {
        const instant = wallToInstant(text, zone);
        setIncomplete(instant ? "" : text);
        form.change(path, instant);
      }}
      isReadOnly={field.read_only}
      short
    />
  );
}
