import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { TextField } from "@/components/ui/TextField";
import { plainDigits } from "@/lib/format/digits";
import { useI18n } from "@/lib/i18n/i18n";
import { useTexts } from "../../texts";
import type { FieldProps } from "../context";
import { parseNumber } from "../TextFields";
import { PartsGroup, useParts } from "./parts";

type Finding = "idle" | "locating" | "located" | "failed" | "refused";

/** Seven digits are a centimetre; more would only pretend. */
const rounded = (degrees: number) => Number(degrees.toFixed(7));

export default function LocationAnswer(props: FieldProps) {
  const { field, screen } = props;
  const texts = useTexts();
  const { locale } = useI18n();
  const of = useParts(props);
  const [finding, setFinding] = useState<Finding>("idle");
  const accuracy = Number(of.parts.accuracy);

  const locate = () => {
    setFinding("locating");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        of.set({
          latitude: rounded(coords.latitude),
          longitude: rounded(coords.longitude),
          altitude: coords.altitude === null ? null : Math.round(coords.altitude * 10) / 10,
          accuracy: Math.round(coords.accuracy * 10) / 10,
        });
        setFinding("located");
      },
      (error) => setFinding(error.code === error.PERMISSION_DENIED ? "refused" : "failed"),
      { enableHighAccuracy: true, timeout: 20_000 },
    );
  };
  const said: Record<Finding, string> = {
    idle: "",
    locating: texts.locating,
    located: texts.located,
    failed: texts.locateFailed,
    refused: texts.locateRefused,
  };

  return (
    <PartsGroup {...props}>
      {!field.read_only && "geolocation" in navigator && (
        <div className="row">
          <Button onPress={locate} isPending={finding === "locating"}>
            {texts.locate}
          </Button>
          <span role="status" className="small">
            {said[finding]}
          </span>
        </div>
      )}
      <Coordinate of={of} name="latitude" isRequired={screen.required} />
      <Coordinate of={of} name="longitude" isRequired={screen.required} />
      {Number.isFinite(accuracy) && accuracy > 0 && (
        <p className="small soft">
          {texts.accuracy(new Intl.NumberFormat(locale).format(accuracy))}
        </p>
      )}
    </PartsGroup>
  );
}

type CoordinateProps = {
  of: ReturnType<typeof useParts>;
  name: "latitude" | "longitude";
  isRequired: boolean;
};

/** What is typed by hand is somewhere else than the device was: its accuracy and height no longer hold. */
function Coordinate({ of, name, isRequired }: CoordinateProps) {
  const texts = useTexts();
  const [typed, setTyped] = useState<string | null>(null);
  const stored = of.text(name);
  const shown =
    typed !== null && String(parseNumber(typed, false)) === stored && stored !== ""
      ? typed
      : stored;
  return (
    <TextField
      {...of.control(name)}
      label={texts[name]}
      hint={texts[`${name}Hint`]}
      isRequired={isRequired}
      value={shown}
      onChange={(text) => {
        setTyped(text);
        const degrees = text.trim() === "" ? null : parseNumber(plainDigits(text), false);
        of.set({ [name]: degrees, altitude: null, accuracy: null });
      }}
      inputMode="text"
      autoComplete="off"
      dir="ltr"
      short
    />
  );
}
