// Answers of several parts: money, address, a person's name, a place on earth, a matrix, a file.

import { AnswerRefused, boundedNumber, boundLength, isEmpty, textOf, wholeNumber } from "./answer";
import { CURRENCIES } from "./codes";
import { COUNTRIES } from "./countries";
import { type CompiledItem, isObject, type Json } from "./types";
import { numberText, type Scalar } from "./values";

type Answer = { clean: Json; value: Scalar };
type Parts = { [name: string]: Json };

const NOTHING: Answer = { clean: "", value: "" };
const MAX_AMOUNT = 1e15;
const MONEY = ["amount", "currency"];
const ADDRESS = ["line1", "line2", "city", "region", "postal_code", "country"];
const NAME = ["given", "additional", "family"];
const LOCATION = ["latitude", "longitude", "altitude", "accuracy"];
const ON_EARTH: { [name: string]: [number, number] } = {
  latitude: [-90, 90],
  longitude: [-180, 180],
  altitude: [-100_000, 100_000],
  accuracy: [0, 1e8],
};

/** The answered parts of `raw`, in the order of `known`. */
function partsOf(raw: Json, known: string[]): [string, Json][] {
  if (!isObject(raw)) {
    throw new AnswerRefused("type", `This has to be an object with the parts ${known.join(", ")}.`);
  }
  if (Object.keys(raw).some((name) => !known.includes(name))) {
    throw new AnswerRefused("type", `This has no other parts than ${known.join(", ")}.`);
  }
  return known
    .filter((name) => Object.hasOwn(raw, name) && !isEmpty(raw[name]))
    .map((name) => [name, raw[name] ?? null]);
}

function answerOf(parts: [string, Json][], value: (clean: Parts) => Scalar): Answer {
  if (parts.length === 0) return NOTHING;
  const clean = Object.fromEntries(parts);
  return { clean, value: value(clean) };
}

function joined(between: string): (clean: Parts) => string {
  return (clean) => Object.values(clean).join(between);
}

export function parseMoney(item: CompiledItem, raw: Json): Answer {
  const parts = Object.fromEntries(partsOf(raw, MONEY));
  if (parts.amount === undefined) return NOTHING;
  const amount = wholeNumber(parts.amount, MAX_AMOUNT);
  const currency = knownCurrency(parts.currency ?? "");
  const accepted = item.currencies ?? [];
  if (accepted.length > 0 && !accepted.includes(currency)) {
    throw new AnswerRefused("choice", "This currency is not accepted here.");
  }
  return { clean: { amount, currency }, value: amount / 10 ** (CURRENCIES.get(currency) ?? 2) };
}

export function knownCurrency(raw: Json): string {
  const text = textOf(raw);
  if (!CURRENCIES.has(text)) {
    throw new AnswerRefused("choice", "This is not a currency's three-letter code (ISO 4217).");
  }
  return text;
}

/** `19.99 EUR` of 1999. */
export function minorText(amount: number, currency: string): string {
  const digits = CURRENCIES.get(currency) ?? 2;
  const figures = String(Math.abs(amount)).padStart(digits + 1, "0");
  const at = figures.length - digits;
  const fraction = digits > 0 ? `.${figures.slice(at)}` : "";
  return `${amount < 0 ? "-" : ""}${figures.slice(0, at)}${fraction} ${currency}`;
}

export function parseAddress(_: CompiledItem, raw: Json): Answer {
  const parts = partsOf(raw, ADDRESS).map(([name, part]): [string, Json] => {
    const text = boundLength(textOf(part), name === "postal_code" ? 20 : 200);
    if (name === "country" && !COUNTRIES.has(text)) {
      throw new AnswerRefused("choice", "This is not a country's two-letter code (ISO 3166-1).");
    }
    return [name, text];
  });
  return answerOf(parts, joined(", "));
}

export function parsePersonName(_: CompiledItem, raw: Json): Answer {
  const parts = partsOf(raw, NAME).map(([name, part]): [string, Json] => [
    name,
    boundLength(textOf(part), 200),
  ]);
  return answerOf(parts, joined(" "));
}

export function parseLocation(_: CompiledItem, raw: Json): Answer {
  const parts = partsOf(raw, LOCATION).map(([name, part]): [string, Json] => {
    const [least, most] = ON_EARTH[name] ?? [0, 0];
    const number = boundedNumber(part, 1e15);
    if (number < least || number > most) {
      throw new AnswerRefused("format", `The ${name} lies between ${least} and ${most}.`);
    }
    return [name, number];
  });
  return answerOf(parts, geopoint);
}

/** ODK's geopoint `latitude longitude altitude accuracy`, or nothing where the place is not complete. */
function geopoint(clean: Parts): string {
  if (clean.latitude === undefined || clean.longitude === undefined) return "";
  return LOCATION.map((name) => numberText(Number(clean[name] ?? 0))).join(" ");
}

const UPLOAD = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

export function parseUpload(_: CompiledItem, raw: Json): Answer {
  const refused = new AnswerRefused("type", "This has to be a finished upload.");
  if (!isObject(raw) || Object.keys(raw).sort().join(" ") !== "media_type name size upload") {
    throw refused;
  }
  const { upload, media_type, size } = raw;
  if (typeof upload !== "string" || !UPLOAD.test(upload)) throw refused;
  if (typeof media_type !== "string" || !MEDIA_TYPE.test(media_type)) throw refused;
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) throw refused;
  const name = boundLength(textOf(raw.name ?? null), 255);
  if (name === "" || /[/\\]/.test(name)) {
    throw new AnswerRefused("format", "A file's name has no slash and is not empty.");
  }
  return { clean: { upload, name, media_type, size }, value: name };
}

const FAMILIES: { [type: string]: string[] } = {
  image: ["image/*"],
  audio: ["audio/*"],
  video: ["video/*"],
  signature: ["image/*"],
};

/** Whether `item` takes files of `mediaType`. */
export function accepted(item: CompiledItem, mediaType: string): boolean {
  const own = item.accept ?? [];
  const patterns = own.length > 0 ? own : (FAMILIES[item.type ?? ""] ?? []);
  return (
    patterns.length === 0 ||
    patterns.some((pattern) => {
      const [family, kind] = pattern.split("/");
      return pattern === mediaType || (kind === "*" && mediaType.split("/")[0] === family);
    })
  );
}

/** A stored answer of several parts as one value; by its parts, as conditions between steps know no form. */
export function valueOfParts(raw: { [name: string]: Json }): Scalar {
  const names = Object.keys(raw);
  if (names.length === 1 && typeof raw.masked === "string") return raw.masked;
  if (Object.hasOwn(raw, "upload")) return joinedTexts(raw, ["name"], "");
  const digits = typeof raw.currency === "string" ? CURRENCIES.get(raw.currency) : undefined;
  if (Object.hasOwn(raw, "amount") && digits !== undefined)
    return Number(raw.amount) / 10 ** digits;
  if (Object.hasOwn(raw, "latitude")) return geopoint(raw);
  if (names.every((name) => NAME.includes(name))) return joinedTexts(raw, NAME, " ");
  return names.every((name) => ADDRESS.includes(name)) ? joinedTexts(raw, ADDRESS, ", ") : "";
}

function joinedTexts(raw: Parts, names: string[], between: string): string {
  return names
    .map((name) => raw[name])
    .filter((part) => typeof part === "string")
    .join(between);
}
