// The answers while they are evaluated: one frame for the form, one for every item of a repeat.

import { type CompiledItem, type Json, NONE } from "./types";
import type { Scalar } from "./values";

export const MAX_FRAMES = 1000;
export const DEFAULT_ITEMS = 100;

export type Refused = { code: string; message: string };

/** Slots run parallel to the items of one scope. An item that is not visible has the value ''. */
export class Frame {
  readonly values: Scalar[];
  readonly visible: boolean[];
  readonly clean = new Map<number, Json>();
  readonly raw = new Map<number, Json>();
  readonly refused = new Map<number, Refused>();
  readonly unknown: string[] = [];
  readonly over = new Map<number, number>();
  readonly children = new Map<number, Frame[]>();
  /** The answers kept so far: what a `trigger` is held against, and what once() keeps. */
  before: { [name: string]: Json } | null = null;

  constructor(
    readonly scope: number,
    size: number,
    readonly parent: Frame | null,
    readonly position: number,
    readonly pointer: string,
  ) {
    this.values = new Array<Scalar>(size).fill("");
    this.visible = new Array<boolean>(size).fill(true);
  }
}

/** Which items a scope holds, and in which slot each. */
export class Layout {
  readonly slots: number[] = [];
  private readonly membersOf = new Map<number, number[]>([[NONE, []]]);
  private readonly namesOf = new Map<number, Map<string, number>>([[NONE, new Map()]]);

  constructor(readonly items: readonly CompiledItem[]) {
    for (const [index, item] of items.entries()) {
      const scope = item.scope ?? NONE;
      const members = this.members(scope);
      this.slots.push(members.length);
      members.push(index);
      if (item.kind === "field" || item.kind === "repeat") this.names(scope).set(item.name, index);
      if (item.kind === "repeat") {
        this.membersOf.set(index, []);
        this.namesOf.set(index, new Map());
      }
    }
  }

  members(scope: number): number[] {
    return this.membersOf.get(scope) ?? [];
  }

  names(scope: number): Map<string, number> {
    return this.namesOf.get(scope) ?? new Map();
  }

  item(index: number): CompiledItem {
    const found = this.items[index];
    if (!found) throw new RangeError(`the compiled form has no item ${index}`);
    return found;
  }

  slot(index: number): number {
    return this.slots[index] ?? 0;
  }

  frame(scope: number, parent: Frame | null = null, position = 0, pointer = ""): Frame {
    return new Frame(scope, this.members(scope).length, parent, position, pointer);
  }
}

/** The frames that lie `up` scopes above `frame` and then down through repeats. */
export function below(frame: Frame, up: number, down: readonly number[]): Frame[] {
  let start: Frame | null = frame;
  for (let step = 0; step < up; step += 1) start = start?.parent ?? null;
  let frames = start ? [start] : [];
  for (const repeat of down) frames = frames.flatMap((one) => one.children.get(repeat) ?? []);
  return frames;
}
