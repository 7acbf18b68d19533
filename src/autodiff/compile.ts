/**
 * Turns a graph into a program that runs without allocating: a list of kernels over one block of memory.
 *
 * Only nodes that an output needs become kernels. A value's memory is given back after its last reader, an elementwise
 * kernel writes over an input that dies there, a reshape takes no memory at all, and outputs are computed directly
 * where the caller wants them (gradients straight into the caller's array).
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import type { Shape } from "../linalg/layout.ts";
import type { Node, Operand, Tensor } from "./tensor.ts";

/** A compiled graph. Inputs and outputs lie in the caller's memory: place each before the first run. */
export interface Program {
  /** Computes all outputs. */
  run(): void;
  /** Says where an input's elements (row-major) begin, from now on. */
  placeInput(index: number, array: Float64Array, offset: number): void;
  /** Says where an output's elements (row-major) go, from now on. */
  placeOutput(index: number, array: Float64Array, offset: number): void;
  /** How many numbers the program keeps for values between inputs and outputs. */
  readonly memory: number;
  /** How many kernels one run calls. */
  readonly kernels: number;
}

/** All operands that stand for the same memory: a tensor and its reshapes. */
interface Buffer {
  readonly size: number;
  readonly operands: Operand[];
  /** Inputs and outputs lie in the caller's memory and are never reused. */
  external: boolean;
  /** The index of the last step that reads it. */
  lastUse: number;
}

/**
 * Compiles the nodes that `outputs` need. `inputs` are the graph's inputs in the order in which they will be placed.
 * Throws ArgumentError when an output needs an input that is not among them.
 */
export function compile(inputs: readonly Tensor[], outputs: readonly Tensor[]): Program {
  const steps = neededNodes(outputs);
  const buffers = assignBuffers(steps, inputs);
  const bufferOf = (tensor: Tensor): Buffer => find(buffers, tensor);

  // An output is computed in place where its memory is free to be the caller's; otherwise it is copied there at the end.
  const copies: { readonly from: Operand; readonly to: Operand }[] = [];
  const outputBuffers = outputs.map((output): Buffer => {
    const buffer = bufferOf(output);
    if (!buffer.external) {
      buffer.external = true;
      return buffer;
    }
    const target = emptyOperand(output.shape);
    copies.push({ from: operandOf(buffer, output.shape), to: target });
    return { size: output.size, operands: [target], external: true, lastUse: 0 };
  });

  steps.forEach((node, step) => node.inputs.forEach((input) => (bufferOf(input).lastUse = step)));
  const { offsets, total } = planMemory(steps, bufferOf);
  const kernels: (() => void)[] = [];
  for (const { primitive, inputs: arguments_, output } of steps) {
    if (primitive === undefined || primitive.view === true) continue;
    const operands = arguments_.map((input) => operandOf(bufferOf(input), input.shape));
    kernels.push(primitive.kernel(operands, operandOf(bufferOf(output), output.shape)));
  }
  for (const { from, to } of copies) kernels.push(() => copyOperand(from, to));
  // Kernels read the place of their operands when they run, so memory is given out once all operands exist.
  const arena = new Float64Array(total);
  for (const [buffer, offset] of offsets) place(buffer, arena, offset);

  const inputBuffers = inputs.map((input) => buffers.get(input.id));
  return {
    memory: total,
    kernels: kernels.length,
    run(): void {
      for (let k = 0; k < kernels.length; k++) kernels[k]();
    },
    placeInput(index, array, offset): void {
      const buffer = inputBuffers[index];
      if (buffer !== undefined) place(buffer, array, offset);
    },
    placeOutput(index, array, offset): void {
      place(outputBuffers[index], array, offset);
    },
  };
}

/** The nodes on which the outputs depend, in the graph's order. */
function neededNodes(outputs: readonly Tensor[]): Node[] {
  const needed = new Map<number, Node>();
  const pending = [...outputs];
  for (let tensor = pending.pop(); tensor !== undefined; tensor = pending.pop()) {
    if (needed.has(tensor.id)) continue;
    needed.set(tensor.id, tensor.node);
    pending.push(...tensor.node.inputs);
  }
  return [...needed.values()].sort((a, b) => a.output.id - b.output.id);
}

/** One buffer per tensor, shared by a tensor and its views. */
function assignBuffers(steps: readonly Node[], inputs: readonly Tensor[]): Map<number, Buffer> {
  const given = new Set(inputs.map((input) => input.id));
  const buffers = new Map<number, Buffer>();
  for (const { primitive, inputs: from, output, label } of steps) {
    if (primitive === undefined && !given.has(output.id))
      throw new ArgumentError(`compile: the program needs the input "${label}", which was not given.`);
    if (primitive?.view === true) buffers.set(output.id, find(buffers, from[0]));
    else buffers.set(output.id, { size: output.size, operands: [], external: primitive === undefined, lastUse: -1 });
  }
  return buffers;
}

function find(buffers: ReadonlyMap<number, Buffer>, tensor: Tensor): Buffer {
  const buffer = buffers.get(tensor.id);
  if (buffer === undefined) throw new ArgumentError(`compile: tensor ${tensor.id} is computed after its use.`);
  return buffer;
}

const nowhere = new Float64Array(0);

function emptyOperand(shape: Shape): Operand {
  return { array: nowhere, offset: 0, size: shape.reduce((size, length) => size * length, 1), shape };
}

/** The buffer's operand of this shape; made on first use, in the place where the buffer's others are. */
function operandOf(buffer: Buffer, shape: Shape): Operand {
  const key = shape.join();
  const known = buffer.operands.find((operand) => operand.shape.join() === key);
  if (known !== undefined) return known;
  const operand = emptyOperand(shape);
  if (operand.size !== buffer.size) throw new ShapeError(`compile: a view of [${key}] does not fit its memory.`);
  const sibling = buffer.operands.at(0);
  if (sibling !== undefined) Object.assign(operand, { array: sibling.array, offset: sibling.offset });
  buffer.operands.push(operand);
  return operand;
}

function place(buffer: Buffer, array: Float64Array, offset: number): void {
  for (const operand of buffer.operands) {
    operand.array = array;
    operand.offset = offset;
  }
}

function copyOperand(from: Operand, to: Operand): void {
  for (let k = 0; k < to.size; k++) to.array[to.offset + k] = from.array[from.offset + k];
}

/** A stretch of free memory. */
interface Gap {
  offset: number;
  size: number;
}

/** Walks through the program once, taking the smallest gap that fits for each value and giving it back after its last use. */
function planMemory(
  steps: readonly Node[],
  bufferOf: (tensor: Tensor) => Buffer,
): { offsets: Map<Buffer, number>; total: number } {
  const offsets = new Map<Buffer, number>();
  let gaps: Gap[] = [];
  let total = 0;
  const reserve = (size: number): number => {
    const gap = gaps.filter((g) => g.size >= size).sort((a, b) => a.size - b.size)[0] as Gap | undefined;
    if (gap === undefined) {
      total += size;
      return total - size;
    }
    gap.offset += size;
    gap.size -= size;
    return gap.offset - size;
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

  steps.forEach(({ primitive, inputs, output }, step) => {
    const target = bufferOf(output);
    const dying = new Set(inputs.map(bufferOf).filter((b) => !b.external && b.lastUse === step && b !== target));
    if (primitive !== undefined && primitive.view !== true && !target.external) {
      const reused = (primitive.overwrites ?? [])
        .map((index) => bufferOf(inputs[index]))
        .find((buffer) => dying.has(buffer) && buffer.size === target.size);
      const inherited = reused === undefined ? undefined : offsets.get(reused);
      if (reused !== undefined && inherited !== undefined) {
        offsets.set(target, inherited);
        dying.delete(reused);
      } else offsets.set(target, reserve(target.size));
    }
    for (const buffer of dying) release(offsets.get(buffer) ?? 0, buffer.size);
  });
  return { offsets, total };
}
