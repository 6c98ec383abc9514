const V4_PART = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const V4 = new RegExp(`^${V4_PART}(\\.${V4_PART}){3}$`);

function isV6(address: string): boolean {
  if (!/^[0-9a-f:]+$/i.test(address) || /:::|::.*::/.test(address)) return false;
  const groups = address.split(":").filter((group) => group !== "");
  if (groups.some((group) => group.length > 4)) return false;
  return address.includes("::") ? groups.length < 8 : groups.length === 8 && !/^:|:$/.test(address);
}

/** Whether it is an address or a network in CIDR notation. The server has the last word. */
export function isNetwork(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  if (rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return false;
  const bits = prefix === undefined ? 0 : Number(prefix);
  return (V4.test(address) && bits <= 32) || (isV6(address) && bits <= 128);
}

/** One network in each line, or between commas. */
export function networksOf(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

export function firstWrongNetwork(text: string): string | null {
  return networksOf(text).find((network) => !isNetwork(network)) ?? null;
}
