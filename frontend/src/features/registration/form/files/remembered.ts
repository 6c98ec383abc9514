// Uploads that are under way, so that after a reload the same file goes on where it broke off. The bytes are the person's to
// choose again: a page cannot keep hold of a file of the device.
const KEY = "prs.uploads";
const MOST = 50;

export type Place = { registration: string; step: string; pointer: string };
export type Known = { uid: string; name: string; size: number; modified: number; offset: number };

export function keyOf({ registration, step, pointer }: Place): string {
  return `${registration} ${step}${pointer}`;
}

function read(): Record<string, Known> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof value === "object" && value !== null ? (value as Record<string, Known>) : {};
  } catch {
    return {};
  }
}

function write(all: Record<string, Known>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // Without storage a reload begins the file anew; nothing else is lost.
  }
}

export function recall(place: Place): Known | null {
  return read()[keyOf(place)] ?? null;
}

export function remember(place: Place, known: Known): void {
  const entries = Object.entries({ ...read(), [keyOf(place)]: known });
  write(Object.fromEntries(entries.slice(-MOST)));
}

export function forget(place: Place): void {
  const { [keyOf(place)]: _gone, ...rest } = read();
  write(rest);
}

export function isSame(known: Known, file: File): boolean {
  return (
    known.name === file.name && known.size === file.size && known.modified === file.lastModified
  );
}
