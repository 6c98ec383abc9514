// Where each script's zero lies; its other digits follow it.
const ZEROS = [
  0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0xff10,
];

function asciiOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const zero = ZEROS.find((one) => code >= one && code < one + 10);
  return zero === undefined ? character : String(code - zero);
}

/** `٣٫٥` and `३.५` as `3.5`: who types on a keyboard of their own language means the same number. */
export function plainDigits(text: string): string {
  return text
    .replace(/\p{Nd}/gu, asciiOf)
    .replaceAll("٫", ".")
    .replaceAll("٬", "")
    .replace(/[\u200e\u200f\u061c\u00a0\u202f]/g, "");
}
