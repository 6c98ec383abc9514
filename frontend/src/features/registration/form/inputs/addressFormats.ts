// How addresses are written where, after the Universal Postal Union's descriptions, in the detail a form needs.

export type AddressPart = "line1" | "line2" | "city" | "region" | "postal_code";

export type AddressFormat = {
  /** In the order of that country. */
  parts: AddressPart[];
  region: "region" | "state" | "province" | "prefecture" | "emirate" | "county";
  code: "postal" | "zip" | "pin" | "postcode";
};

const list = (codes: string) => new Set(codes.split(" "));

const NO_CODE = list(
  "AE AG AN AO AW BF BI BJ BO BS BW BZ CD CF CG CI CK CM DJ DM ER FJ GA GD GH GM GQ GY HK JM KI KM KN KP LC ML MO MR MW NR NU QA RW SB SC SL SR ST SY TD TG TK TL TO TT TV TZ UG VU YE ZW",
);
const CODE_BEFORE_CITY = list(
  "AT BE BG CH CY CZ DE DK EE ES FI FR GL GR HR HU IL IS IT LI LT LU MC MD ME MK NL NO PL PT RO RS SE SI SK SM TN TR UA VA XK BA AL MA DZ EG FO GP GF MQ RE YT PM NC PF WF",
);
const STATES = list("US AU BR IN MX MY NG VE MM SO");
const PROVINCES = list("CA CN AR TR ZA ID IT ES VN TH KR PH PK CR PG LA KH IR IQ");
const LARGEST_FIRST = list("CN JP KR TW");
const COUNTIES = list("GB IE KE HR RO TW");
/** Where the region is part of an address that post arrives by. */
const WITH_REGION = list(
  "US AU BR IN MX MY NG VE CA CN AR JP KR TW IT ES ID TH PH AE EG RU UA VN IE HK CL CO PE ZA PK TR",
);

function regionOf(country: string): AddressFormat["region"] {
  if (STATES.has(country)) return "state";
  if (PROVINCES.has(country)) return "province";
  if (COUNTIES.has(country)) return "county";
  if (country === "JP") return "prefecture";
  return country === "AE" ? "emirate" : "region";
}

function codeOf(country: string): AddressFormat["code"] {
  if (country === "US" || country === "PH") return "zip";
  if (country === "IN") return "pin";
  return ["GB", "AU", "NZ", "IM", "JE", "GG"].includes(country) ? "postcode" : "postal";
}

/** The parts of an address in that country; before one is chosen, all of them. */
export function addressFormat(country: string): AddressFormat {
  const code: AddressPart[] = NO_CODE.has(country) ? [] : ["postal_code"];
  const region: AddressPart[] = country === "" || WITH_REGION.has(country) ? ["region"] : [];
  const street: AddressPart[] = ["line1", "line2"];
  let parts: AddressPart[] = [...street, "city", ...region, ...code];
  if (LARGEST_FIRST.has(country)) parts = [...code, ...region, "city", ...street];
  else if (CODE_BEFORE_CITY.has(country)) parts = [...street, ...code, "city", ...region];
  else if (country === "IN") parts = [...street, "city", ...code, ...region];
  return { parts, region: regionOf(country), code: codeOf(country) };
}
