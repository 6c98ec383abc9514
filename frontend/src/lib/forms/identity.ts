// Identity numbers: Aadhaar (12 digits, Verhoeff), passports, others.

// J. Verhoeff, Error Detecting Decimal Codes (1969): multiplication in the dihedral group of order 10,
// and the permutation by position, of period 8.
const PRODUCT = [
  "0123456789",
  "1234067895",
  "2340178956",
  "3401289567",
  "4012395678",
  "5987604321",
  "6598710432",
  "7659821043",
  "8765932104",
  "9876543210",
];
const PERMUTATION = [
  "0123456789",
  "1576283094",
  "5803796142",
  "8916043527",
  "9453126870",
  "4286573901",
  "2793806415",
  "7046913258",
];

/** Whether the last of `digits` is the check digit of those before it. */
export function verhoeffValid(digits: string): boolean {
  let check = 0;
  for (const [at, digit] of Array.from(digits).reverse().entries()) {
    const permuted = Number(PERMUTATION[at % 8]?.[Number(digit)]);
    check = Number(PRODUCT[check]?.[permuted]);
  }
  return check === 0;
}

/** The number as it is stored, or why it is none. */
export function parseIdentity(
  identity: "aadhaar" | "passport" | "other",
  text: string,
): string | { refused: string } {
  if (identity === "aadhaar") {
    const digits = text.replace(/[ -]/g, "");
    if (/^[2-9][0-9]{11}$/.test(digits) && verhoeffValid(digits)) return digits;
    const refused =
      "This is not an Aadhaar number: it has 12 digits, the last of which checks the others.";
    return { refused };
  }
  if (identity === "passport") {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII
    const number = /^[\u0000-\u007f]*$/.test(text) ? text.replaceAll(" ", "").toUpperCase() : "";
    if (/^[A-Z0-9]{5,9}$/.test(number)) return number;
    return { refused: "This is not a passport number: it has 5 to 9 letters and digits." };
  }
  if (/^[A-Za-z0-9](?:[A-Za-z0-9 ./-]{0,38}[A-Za-z0-9])?$/.test(text)) return text;
  const refused = "This may have up to 40 letters, digits, spaces, dots, slashes and hyphens.";
  return { refused };
}
