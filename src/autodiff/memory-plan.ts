/**
 * Where a program's values lie: one buffer for each value and its reshapes, and a plan that gives the memory of values
 * which are never alive at the same time to each other. Best fit over the gaps, first to last; not optimal (that is
 * NP-hard), but a chain takes the memory of its largest neighbors.
 */
import { ShapeError } from "../errors.ts";
import type { Shape } from "../linalg/layout.ts";
import type { ProgramMemory } from "../linalg/resident.ts";
import type { Operand } from "./tensor.ts";

/** All operands that stand for the same memory: a tensor and its reshapes. */
export interface Buffer {
  readonly size: number;
  readonly operands: Operand[];
  /** Inputs and outputs lie in the caller's memory, constants in their own; they are never reused. */
  external: boolean;
  /** The index of the last stage that reads it. */
  lastUse: number;
}

const nowhere = /* @__PURE__ */ new Float64Array(0);

/** An operand that has no place yet. */
export function emptyOperand(shape: Shape): Operand {
  const size = shape.reduce((product, length) => product * length, 1);
  return { array: nowhere, offset: 0, size, shape, memory: undefined };
}

/** The buffer's operand of this shape; made on first use, in the place where the buffer's others are. */
export function operandOf(buffer: Buffer, shape: Shape): Operand {
  const known = buffer.operands.find((operand) => sameShape(operand.shape, shape));
  if (known !== undefined) return known;
  const operand = emptyOperand(shape);
  if (operand.size !== buffer.size)
    throw new ShapeError(`compile: a view of [${shape.join(", ")}] does not fit its memory.`);
  const sibling = buffer.operands.at(0);
  if (sibling !== undefined) place([operand], sibling.array, sibling.offset, sibling.memory);
  buffer.operands.push(operand);
  return operand;
}

function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** Says where operands begin, from now on. */
export function place(operands: readonly Operand[], array: Float64Array, offset: number, memory?: ProgramMemory): void {
  for (let k = 0; k < operands.length; k++) {
    operands[k].array = array;
    operands[k].offset = offset;
    operands[k].memory = memory;
  }
}

/** What a stage of a program does to memory. */
export interface StageMemory {
  /** What it reads that was computed before. */
  readonly reads: readonly Buffer[];
  /** What it leaves behind for later stages, in the order in which it is written. */
  readonly writes: readonly Buffer[];
  /** Whether `written` may lie where `read`, which nobody reads after this stage, lies. */
  readonly mayOverwrite: (read: Buffer, written: Buffer) => boolean;
}

/** A stretch of free memory. */
interface Gap {
  offset: number;
  size: number;
}

/** Where each value that lives between stages begins, which of them overwrite another, and how much memory that takes. */
export interface MemoryPlan {
  readonly offsets: ReadonlyMap<Buffer, number>;
  readonly overwritten: ReadonlyMap<Buffer, Buffer>;
  readonly total: number;
}

/** Walks through the program once, taking the smallest gap that fits for each value and giving it back after its last use. */
export function planMemory(stages: readonly StageMemory[]): MemoryPlan {
  const offsets = new Map<Buffer, number>();
  const overwritten = new Map<Buffer, Buffer>();
  let gaps: Gap[] = [];
  let total = 0;
  const reserve = (size: number): number => {
    let best: Gap | undefined;
    for (const gap of gaps) if (gap.size >= size && (best === undefined || gap.size < best.size)) best = gap;
    if (best === undefined) {
      total += size;
      return total - size;
    }
    best.offset += size;
    best.size -= size;
    return best.offset - size;
  };
  const release = (offset: number, size: number): void => {
    const sorted = [...gaps.filter((g) => g.size > 0), { offset, size }].sort((a, b) => a.offset - b.offset);
    gaps = [];
    for (const gap of sorted) {
      const last = gaps.at(-1);
      if (last !== undefined && last.offset + last.size === gap.offset) last.size += gap.size;
      else gaps.push(gap);
    }
  };

  stages.forEach(({ reads, writes, mayOverwrite }, stage) => {
    const dying = new Set(reads.filter((buffer) => !buffer.external && buffer.lastUse === stage));
    for (const target of writes) {
      if (target.external) continue;
      const reused = [...dying].find((buffer) => buffer.size === target.size && mayOverwrite(buffer, target));
      const inherited = reused === undefined ? undefined : offsets.get(reused);
      if (reused !== undefined && inherited !== undefined) {
        offsets.set(target, inherited);
        overwritten.set(target, reused);
        dying.delete(reused);
      } else offsets.set(target, reserve(target.size));
    }
    for (const buffer of dying) release(offsets.get(buffer) ?? 0, buffer.size);
  });
  return { offsets, overwritten, total };
}
