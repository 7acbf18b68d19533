/**
 * The kernel of a stage of elementwise nodes: for each block of elements, every node's loop in turn. Values that only the
 * stage itself reads live in blocks of scratch memory, or where the stage's results will be written, and never leave the
 * first-level cache. An input that is broadcast is written out for a block (once for all blocks where it repeats along
 * the leading axes, as a bias does), so that every loop runs over memory with stride one, or over one repeated element.
 */
import type { Shape } from "../linalg/layout.ts";
import { residentLoop, type ResidentLoop, type ProgramMemory } from "../linalg/resident.ts";
import { planBroadcast, type BroadcastPlan } from "./broadcast.ts";
import { emptyOperand } from "./memory-plan.ts";
import type { BinaryLoop, Operand, UnaryLoop } from "./tensor.ts";

/** The elements that a block has, about: a few operands of it fit the first-level cache together. */
const blockTarget = 1024;
/** Up to so many elements a loop takes no longer than calling WebAssembly. */
const shortRow = 16;
/** The largest block that is made to fit whole rows. */
const blockLimit = 4096;

/** One node of a stage: its loop, what it reads and what it writes. */
export interface FusedNode {
  readonly name: string;
  readonly unary: UnaryLoop | undefined;
  readonly binary: BinaryLoop | undefined;
  /** Each an operand in memory, or the index of an earlier node of the stage. */
  readonly inputs: readonly (Operand | number)[];
  readonly shape: Shape;
  /** Where the values go that others read, or undefined when only this stage does. */
  readonly result: Operand | undefined;
  /**
   * The index of the first node from which on the result's memory is free for other values of the stage; undefined when
   * it never is.
   */
  readonly lentFrom: number | undefined;
}

/** An operand as a loop sees it: whether it goes on with the elements of a block, and with the blocks. */
interface Place {
  readonly operand: Operand;
  readonly step: number;
  readonly advance: number;
}

interface Operation {
  /** The loop's name in WebAssembly, if it has one there, and the loop once the stage's memory is known to allow it. */
  readonly name: string;
  resident: ResidentLoop | undefined;
  readonly unary: UnaryLoop | undefined;
  readonly binary: BinaryLoop | undefined;
  readonly a: Place;
  readonly b: Place;
  readonly to: Place;
}

/** A broadcast input written out for a block. */
interface Expansion {
  readonly from: Operand;
  readonly shape: Shape;
  readonly plan: BroadcastPlan;
  readonly to: Operand;
  readonly once: boolean;
}

/** A planned stage. `scratch` must be given memory, `block` elements each, before the first run. */
export interface FusedKernel {
  readonly size: number;
  readonly block: number;
  readonly operations: readonly Operation[];
  readonly expansions: readonly Expansion[];
  readonly scratch: readonly Operand[];
}

/** Plans a stage over `size` elements. */
export function planFused(nodes: readonly FusedNode[], size: number): FusedKernel {
  const block = blockLength(nodes, size);
  const scratch: Operand[] = [];
  const newScratch = (): Operand => {
    const operand = emptyOperand([block]);
    scratch.push(operand);
    return operand;
  };
  const expansions: Expansion[] = [];
  const places = placesOfValues(nodes, newScratch);
  const placeOf = (input: Operand | number, shape: Shape): Place => {
    if (typeof input === "number") return places[input];
    if (input.size === 1) return { operand: input, step: 0, advance: 0 };
    if (input.size === size) return { operand: input, step: 1, advance: 1 };
    const known = expansions.find((one) => one.from === input && one.shape.join() === shape.join());
    const expansion = known ?? {
      from: input,
      shape,
      plan: planBroadcast(shape, [input.shape]),
      to: newScratch(),
      once: repeatsAlongLeadingAxes(input.shape, shape) && block % input.size === 0,
    };
    if (known === undefined) expansions.push(expansion);
    return { operand: expansion.to, step: 1, advance: 0 };
  };
  const operations = nodes.map((node, index): Operation => {
    const { unary, binary, inputs, shape } = node;
    const a = placeOf(inputs[0], shape);
    const b = inputs.length > 1 ? placeOf(inputs[1], shape) : undefined;
    const name = `${node.name}${a.step}${b?.step ?? ""}`;
    return { name, resident: undefined, unary, binary, a, b: b ?? a, to: places[index] };
  });
  return { size, block, operations, expansions, scratch };
}

/** The place of each node's values: its result where others read them, else memory that is free while they are alive. */
function placesOfValues(nodes: readonly FusedNode[], newScratch: () => Operand): Place[] {
  const lastRead = nodes.map(() => 0);
  nodes.forEach(({ inputs }, index) => {
    for (const input of inputs) if (typeof input === "number") lastRead[input] = index;
  });
  // A loop may write over what it reads, element by element: memory is free from the node of its last reader on.
  const slots: { readonly place: Place; free: number; readonly until: number }[] = [];
  nodes.forEach(({ result, lentFrom }, index) => {
    if (result !== undefined && lentFrom !== undefined)
      slots.push({ place: { operand: result, step: 1, advance: 1 }, free: lentFrom, until: index });
  });
  return nodes.map(({ result }, index): Place => {
    if (result !== undefined) return { operand: result, step: 1, advance: 1 };
    const last = lastRead[index];
    const free = slots.find((slot) => slot.free <= index && last <= slot.until);
    if (free !== undefined) {
      free.free = last;
      return free.place;
    }
    const place: Place = { operand: newScratch(), step: 1, advance: 0 };
    slots.push({ place, free: last, until: Infinity });
    return place;
  });
}

/** A length that holds a whole number of rows of all inputs that repeat along the leading axes, where one near 1024 does. */
function blockLength(nodes: readonly FusedNode[], size: number): number {
  const rows = nodes.flatMap(({ inputs, shape }) =>
    inputs.flatMap((input) =>
      typeof input !== "number" && input.size > 1 && input.size < size && repeatsAlongLeadingAxes(input.shape, shape)
        ? [input.size]
        : [],
    ),
  );
  const broadcast = nodes.some(({ inputs }) =>
    inputs.some((input) => typeof input !== "number" && input.size > 1 && input.size < size),
  );
  // One loop over memory needs no blocks.
  if ((nodes.length === 1 && !broadcast) || size <= blockTarget) return size;
  const common = rows.reduce((multiple, row) => leastCommonMultiple(multiple, row), 1);
  if (common > blockLimit) return blockTarget;
  return Math.min(size, common * Math.max(1, Math.floor(blockTarget / common)));
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a / x) * b;
}

/** Whether a shape, ones at its front left out, is the end of the output's: its elements come round again and again. */
function repeatsAlongLeadingAxes(shape: Shape, output: Shape): boolean {
  const leading = shape.findIndex((length) => length > 1);
  const row = leading < 0 ? [] : shape.slice(leading);
  return row.every((length, axis) => length === output[output.length - row.length + axis]);
}

/** Lets a stage, all of whose operands lie in this memory, use the loops that there are for it. */
export function useResidentLoops({ operations }: FusedKernel, memory: ProgramMemory): void {
  for (const operation of operations) operation.resident = residentLoop(memory, operation.name);
}

/** Runs a planned stage. */
export function runFused({ size, block, operations, expansions }: FusedKernel): void {
  for (let start = 0; start < size; start += block) {
    const length = Math.min(block, size - start);
    for (let e = 0; e < expansions.length; e++)
      if (start === 0 || !expansions[e].once) expand(expansions[e], start, length);
    for (let o = 0; o < operations.length; o++) runOperation(operations[o], start, length);
  }
}

function runOperation({ resident, unary, binary, a, b, to }: Operation, start: number, length: number): void {
  const from = a.operand;
  const target = to.operand;
  const out = target.offset + start * to.advance;
  if (resident !== undefined) {
    const at = 8 * (from.offset + start * a.advance);
    if (binary === undefined) {
      const done = resident(at, 8 * out, length);
      if (done !== undefined && done < length && unary !== undefined)
        finish(resident, unary, from.array, from.offset + start * a.advance, out, length, done);
    } else resident(at, 8 * (b.operand.offset + start * b.advance), 8 * out, length);
  } else if (unary !== undefined) unary(length, from.array, from.offset + start * a.advance, target.array, out);
  else if (binary !== undefined) {
    const other = b.operand;
    const at = from.offset + start * a.advance;
    const by = other.offset + start * b.advance;
    binary(length, from.array, at, a.step, other.array, by, b.step, target.array, out);
  }
}

/** A function's elements from `done` on: two at a time by JavaScript's loop, which covers all numbers, then the others. */
function finish(
  resident: ResidentLoop,
  unary: UnaryLoop,
  array: Float64Array,
  at: number,
  out: number,
  length: number,
  done: number,
): void {
  for (let next = done; next < length;) {
    const count = Math.min(2, length - next);
    unary(count, array, at + next, array, out + next);
    next += count;
    next += resident(8 * (at + next), 8 * (out + next), length - next) ?? 0;
  }
}

/** Writes `length` elements of a broadcast, from element `start` on, to the beginning of a block. */
function expand({ plan, from, to }: Expansion, start: number, length: number): void {
  const { rowLength, starts, strides } = plan;
  const [step] = strides;
  const { array: source, offset, memory } = from;
  const { array: block, offset: first } = to;
  const kernels = memory !== undefined && to.memory === memory ? memory.kernels : undefined;
  let row = Math.floor(start / rowLength);
  let skipped = start - row * rowLength;
  for (let done = 0; done < length; row++) {
    const count = Math.min(length - done, rowLength - skipped);
    const at = offset + starts[0][row] + skipped * step;
    const out = first + done;
    if (kernels === undefined || count < shortRow)
      for (let k = 0; k < count; k++) block[out + k] = source[at + k * step];
    else if (step === 0) kernels.repeatNumber(8 * at, 8 * out, count);
    else kernels.copyRows(8 * at, 8 * rowLength, 8 * out, 8 * rowLength, count, 1);
    done += count;
    skipped = 0;
  }
}
