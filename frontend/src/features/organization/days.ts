/** The last moment of a day on this device's calendar, as the API takes it; undefined for no day. */
export function endOfDay(day: string): string | undefined {
  if (!day) return undefined;
  const end = new Date(`${day}T23:59:59`);
  return Number.isNaN(end.getTime()) ? undefined : end.toISOString().replace(".000Z", "Z");
}

export function isPastDay(day: string): boolean {
  const end = endOfDay(day);
  return end !== undefined && Date.parse(end) < Date.now();
}
