/**
 * Turns a graph into a program that runs without allocating: a list of kernels over one block of memory.
 *
 * Only nodes that an output needs become kernels, and those that depend on no input are computed once, here. Chains of
 * elementwise nodes run as one kernel (fusion.ts). A value's memory is given back after its last reader, an elementwise
 * kernel writes over an input that dies there, a reshape takes no memory at all (memory-plan.ts), and outputs are
 * computed directly where the caller wants them (gradients straight into the caller's array).
 *
 * Fusing and planning change where and when an element is computed, never how: the bits are those of the plain
 * interpreter that computes node after node.
 */
import { ArgumentError } from "../errors.ts";
import { residentMemory, residentStart, rootsStart, type ProgramMemory } from "../linalg/resident.ts";
import { programKernels } from "../linalg/webassembly/bytes.ts";
import { residentKernelsExist } from "../linalg/webassembly/instance.ts";
import { rootsOfTwo } from "../math/roots-of-two.ts";
import { checked } from "./check-finite.ts";
import { fuse, readsOf, type Stage } from "./fusion.ts";
import { planFused, runFused, useResidentLoops, type FusedNode } from "./fused-kernel.ts";
import { emptyOperand, operandOf, place, planMemory, type Buffer, type StageMemory } from "./memory-plan.ts";
import { planFixedProduct, planOperandProduct } from "./operand-product.ts";
import type { Node, Operand, ProductPlanner, Tensor } from "./tensor.ts";

export interface CompileOptions {
  /** Run elementwise chains as one kernel; default true. The bits are the same. */
  readonly fuse?: boolean;
  /**
   * Keep all values in memory of WebAssembly's kernels, where they exist and `fuse` is not false; default true for
   * programs of some size. The bits are the same.
   */
  readonly webAssembly?: boolean;
  /**
   * Look at every value as soon as it is computed, and throw NotFiniteError naming the first operation that made NaN or
   * an infinity; default false. Such a program does not fuse, and is slower.
   */
  readonly checkFinite?: boolean;
  /**
   * The numbers of inputs, by their index, that will be placed before the first run and never change: products with many
   * zeros among them leave these out. The bits are the same.
   */
  readonly fixedInputs?: ReadonlyMap<number, Float64Array>;
}

/** A compiled graph. Inputs and outputs lie in the caller's memory: place each before the first run. */
export interface Program {
  /** Computes all outputs. */
  run(): void;
  /** Says where an input's elements (row-major) begin, from now on. */
  placeInput(index: number, array: Float64Array, offset: number): void;
  /**
   * Keeps an input in the program's own memory from now on, which spares copying it in each run, and returns that memory:
   * row-major, to be written before the first run.
   */
  ownInput(index: number): Float64Array;
  /**
   * Keeps an output in the program's own memory from now on, which spares copying it in each run, and returns that memory:
   * row-major, to be read after each run.
   */
  ownOutput(index: number): Float64Array;
  /** Says where an output's elements (row-major) go, from now on. */
  placeOutput(index: number, array: Float64Array, offset: number): void;
  /** How many numbers the program keeps for values between inputs and outputs, constants left out. */
  readonly memory: number;
  /** How many kernels one run calls. */
  readonly kernels: number;
  /** What it is made of, for `describeProgram`. */
  readonly structure: ProgramStructure;
}

/** What a program is made of. */
export interface ProgramStructure {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** The nodes that are computed once, when the program is compiled. */
  readonly constants: readonly Node[];
  /** The nodes of each kernel, in the order in which they run. */
  readonly stages: readonly Stage[];
  /** Where in the program's memory a node's value begins; undefined when it lies elsewhere. */
  offsetOf(tensor: Tensor): number | undefined;
  /** How many numbers all constants take. */
  readonly constantMemory: number;
  /** How many numbers of the memory are blocks that fused kernels share. */
  readonly scratch: number;
}

/**
 * Compiles the nodes that `outputs` need. `inputs` are the graph's inputs in the order in which they will be placed.
 * Throws ArgumentError when an output needs an input that is not among them, and what a constant's kernel throws.
 */
export function compile(
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  { fuse: fusing = true, webAssembly, checkFinite = false, fixedInputs }: CompileOptions = {},
): Program {
  const fused = fusing && !checkFinite;
  const constant = constantNodes(outputs);
  const reads = (node: Node): readonly Tensor[] => (fused && !constant.has(node) ? readsOf(node) : node.inputs);
  const nodes = neededNodes(outputs, reads);
  const buffers = assignBuffers(nodes, inputs);
  const bufferOf = (tensor: Tensor): Buffer => find(buffers, tensor);
  const computed = nodes.filter(({ primitive }) => primitive !== undefined && primitive.view !== true);
  const constants = computed.filter((node) => constant.has(node));
  computeConstants(constants, bufferOf);
  const running = computed.filter((node) => !constant.has(node));
  const stages = fused ? fuse(running, viewed) : running.map((node) => [node]);

  stages.forEach((stage, index) => {
    for (const node of stage) for (const input of reads(node)) bufferOf(input).lastUse = index;
  });
  // Where WebAssembly's kernels are worth their memory, everything lies there, and the caller's numbers are copied.
  const size = running.reduce((sum, { output }) => sum + output.size, 0);
  const copying = fused && (webAssembly ?? size >= sizeWorthCopying) && residentKernelsExist(programKernels);
  const outside = outputs.map((output) => emptyOperand(output.shape));
  const copiesOut: (Copy | undefined)[] = outputs.map(() => undefined);
  const outputOperands = outputs.map((output, k): readonly Operand[] => {
    const buffer = bufferOf(output);
    if (!copying && !buffer.external) {
      // Computed in place: its memory is free to be the caller's.
      buffer.external = true;
      return buffer.operands;
    }
    buffer.external = true;
    copiesOut[k] = copyOf(operandOf(buffer, output.shape), outside[k]);
    return [outside[k]];
  });
  // What products keep as long as the program lives.
  const kept: Pick<Buffer, "operands" | "size">[] = [];
  const keep = (size: number): Operand => {
    const operand = emptyOperand([size]);
    kept.push({ operands: [operand], size });
    return operand;
  };
  const plannerOf = (node: Node): ProductPlanner => {
    const left = node.inputs.length === 2 ? inputs.indexOf(viewed(node.inputs[0])) : -1;
    const numbers = copying ? fixedInputs?.get(left) : undefined;
    return numbers === undefined ? planOperandProduct : planFixedProduct(numbers, keep);
  };
  const plans = stages.map((stage, index) =>
    fused ? planStage(stage, index, bufferOf, plannerOf) : planNode(stage[0], bufferOf, plannerOf),
  );
  const { offsets, overwritten, total } = planMemory(plans.map((plan) => plan.memory));
  const kernels = plans.map((plan) => plan.kernel(overwritten));
  // Kernels read the place of their operands when they run, so memory is given out once all operands exist.
  const scratch = Math.max(0, ...kernels.map((kernel) => kernel.scratch.reduce((sum, block) => sum + block.size, 0)));
  const fixed = copying ? [...new Set(buffers.values())].filter((buffer) => buffer.external) : [];
  const room = total + scratch + [...fixed, ...kept].reduce((sum, { size }) => sum + size, 0);
  const memory = (copying ? residentMemory(programKernels, room) : null) ?? undefined;
  const start = memory === undefined ? 0 : residentStart;
  const arena = memory?.array ?? new Float64Array(room);
  if (memory !== undefined) arena.set(rootsOfTwo, rootsStart);
  for (const [buffer, offset] of offsets) place(buffer.operands, arena, start + offset, memory);
  for (const kernel of kernels) {
    let offset = start + total;
    for (const block of kernel.scratch) {
      place([block], arena, offset, memory);
      offset += block.size;
    }
    if (memory !== undefined) kernel.useResidentLoops?.(memory);
  }
  let next = start + total + scratch;
  for (const buffer of [...fixed, ...kept]) {
    // What has a place already is a constant, which moves in with its numbers.
    const before = buffer.operands.at(0);
    if (before !== undefined && before.array.length > 0) arena.set(before.array, next);
    place(buffer.operands, arena, next, memory);
    next += buffer.size;
  }
  const runs = kernels.map(({ run }, index) => {
    const node = checkFinite ? stages[index][0] : undefined;
    if (node === undefined) return run;
    return checked(run, node, operandsOf(node.inputs, bufferOf), operandOf(bufferOf(node.output), node.output.shape));
  });
  const inputOperands = inputs.map((input) => buffers.get(input.id)?.operands ?? []);
  const copiesIn = inputs.map((input, index): Copy | undefined => {
    const to = copying ? inputOperands[index].at(0) : undefined;
    return to && copyOf(emptyOperand(input.shape), to);
  });
  return {
    memory: total + scratch,
    kernels: kernels.length,
    structure: {
      inputs,
      outputs,
      constants,
      stages,
      offsetOf: (tensor) => offsets.get(bufferOf(tensor)),
      constantMemory: constants.reduce((sum, { output }) => sum + output.size, 0),
      scratch,
    },
    run(): void {
      for (let k = 0; k < copiesIn.length; k++) {
        const copy = copiesIn[k];
        if (copy !== undefined) runCopy(copy);
      }
      for (let k = 0; k < runs.length; k++) runs[k]();
      for (let k = 0; k < copiesOut.length; k++) {
        const copy = copiesOut[k];
        if (copy !== undefined) runCopy(copy);
      }
    },
    placeInput(index, array, offset): void {
      const copy = copiesIn[index];
      if (copy !== undefined) place([copy.from], array, offset);
      else if (!copying) place(inputOperands[index], array, offset);
    },
    ownInput(index): Float64Array {
      copiesIn[index] = undefined;
      const operand = inputOperands[index].at(0);
      if (operand === undefined) return new Float64Array(inputs[index].size);
      if (!copying) place(inputOperands[index], new Float64Array(operand.size), 0);
      return operand.array.subarray(operand.offset, operand.offset + operand.size);
    },
    ownOutput(index): Float64Array {
      const copy = copiesOut[index];
      if (copying && copy !== undefined) {
        copiesOut[index] = undefined;
        return copy.from.array.subarray(copy.from.offset, copy.from.offset + copy.from.size);
      }
      const own = new Float64Array(outputs[index].size);
      place(outputOperands[index], own, 0);
      return own;
    },
    placeOutput: (index, array, offset) => place(outputOperands[index], array, offset),
  };
}

/** So many numbers between inputs and outputs make up for copying those, and for the memory itself. */
const sizeWorthCopying = 512;

/** Numbers to be copied, and the view of them that was made last. */
interface Copy {
  readonly from: Operand;
  readonly to: Operand;
  array: Float64Array;
  offset: number;
  view: Float64Array;
}

/** The nodes on which the outputs depend, in the graph's order. */
function neededNodes(outputs: readonly Tensor[], reads: (node: Node) => readonly Tensor[]): Node[] {
  const needed = new Map<number, Node>();
  const pending = [...outputs];
  for (let tensor = pending.pop(); tensor !== undefined; tensor = pending.pop()) {
    if (needed.has(tensor.id)) continue;
    needed.set(tensor.id, tensor.node);
    pending.push(...reads(tensor.node));
  }
  return [...needed.values()].sort((a, b) => a.output.id - b.output.id);
}

/** Those of the outputs' nodes that depend on no input. */
function constantNodes(outputs: readonly Tensor[]): Set<Node> {
  const constant = new Set<Node>();
  for (const node of neededNodes(outputs, ({ inputs }) => inputs))
    if (node.primitive !== undefined && node.inputs.every((input) => constant.has(input.node))) constant.add(node);
  return constant;
}

/** What a tensor is a view of, or itself. */
function viewed(tensor: Tensor): Tensor {
  let source = tensor;
  while (source.node.primitive?.view === true) source = source.node.inputs[0];
  return source;
}

/** One buffer per tensor, shared by a tensor and its views. */
function assignBuffers(nodes: readonly Node[], inputs: readonly Tensor[]): Map<number, Buffer> {
  const given = new Set(inputs.map((input) => input.id));
  const buffers = new Map<number, Buffer>();
  for (const { primitive, inputs: from, output, label } of nodes) {
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

function operandsOf(tensors: readonly Tensor[], bufferOf: (tensor: Tensor) => Buffer): Operand[] {
  return tensors.map((tensor) => operandOf(bufferOf(tensor), tensor.shape));
}

/** Computes what depends on no input into memory of its own. */
function computeConstants(constants: readonly Node[], bufferOf: (tensor: Tensor) => Buffer): void {
  for (const { primitive, inputs, output } of constants) {
    const buffer = bufferOf(output);
    const operand = operandOf(buffer, output.shape);
    place(buffer.operands, new Float64Array(buffer.size), 0);
    buffer.external = true;
    primitive?.kernel(operandsOf(inputs, bufferOf), operand, planOperandProduct)();
  }
}

/** From so many numbers on, copying is left to the engine, which needs a view of the numbers. */
const sizeWorthView = 256;

function runCopy(copy: Copy): void {
  const { from, to } = copy;
  const { size } = to;
  if (size >= sizeWorthView) {
    // Made anew only when the numbers are elsewhere than in the last run: a caller who keeps his arrays allocates nothing.
    if (copy.array !== from.array || copy.offset !== from.offset) {
      copy.array = from.array;
      copy.offset = from.offset;
      copy.view = from.array.subarray(from.offset, from.offset + size);
    }
    to.array.set(copy.view, to.offset);
    return;
  }
  for (let k = 0; k < size; k++) to.array[to.offset + k] = from.array[from.offset + k];
}

function copyOf(from: Operand, to: Operand): Copy {
  return { from, to, array: from.array, offset: -1, view: from.array };
}

// ---- stages -----------------------------------------------------------------------------------------------------------

interface Kernel {
  readonly run: () => void;
  readonly scratch: readonly Operand[];
  readonly useResidentLoops?: (memory: ProgramMemory) => void;
}

interface StagePlan {
  readonly memory: StageMemory;
  /** Makes the kernel, once it is known which of the stage's values lie where another lay. */
  kernel(overwritten: ReadonlyMap<Buffer, Buffer>): Kernel;
}

/** A node that runs by its own kernel. */
function planNode(
  node: Node,
  bufferOf: (tensor: Tensor) => Buffer,
  plannerOf: (node: Node) => ProductPlanner,
): StagePlan {
  const { primitive, inputs, output } = node;
  const reads = inputs.map(bufferOf);
  const target = bufferOf(output);
  const overwrites = primitive?.overwrites ?? [];
  return {
    memory: {
      reads,
      writes: [target],
      mayOverwrite: (read) => reads.every((buffer, index) => buffer !== read || overwrites.includes(index)),
    },
    kernel(): Kernel {
      const run = primitive?.kernel(operandsOf(inputs, bufferOf), operandOf(target, output.shape), plannerOf(node));
      return { run: run ?? ((): void => undefined), scratch: [] };
    },
  };
}

/** A stage of fused nodes, or of one that is not elementwise. */
function planStage(
  stage: Stage,
  index: number,
  bufferOf: (tensor: Tensor) => Buffer,
  plannerOf: (node: Node) => ProductPlanner,
): StagePlan {
  if (stage[0].primitive?.elementwise === undefined) return planNode(stage[0], bufferOf, plannerOf);
  const position = new Map(stage.map((node, k) => [bufferOf(node.output), k]));
  const lastRead = new Map<Buffer, number>();
  stage.forEach((node, k) => {
    for (const input of readsOf(node)) lastRead.set(bufferOf(input), k);
  });
  const leaves = (buffer: Buffer): boolean => buffer.external || buffer.lastUse !== index;
  return {
    memory: {
      reads: [...lastRead.keys()].filter((buffer) => !position.has(buffer)),
      writes: [...position.keys()].filter(leaves),
      mayOverwrite: (read, written) => (lastRead.get(read) ?? 0) <= (position.get(written) ?? 0),
    },
    kernel(overwritten): Kernel {
      const nodes = stage.map((node): FusedNode => {
        const buffer = bufferOf(node.output);
        const under = overwritten.get(buffer);
        const loop = node.primitive?.elementwise;
        return {
          name: node.label,
          unary: loop?.arity === 1 ? loop.loop : undefined,
          binary: loop?.arity === 2 ? loop.loop : undefined,
          inputs: readsOf(node).map(
            (input) => position.get(bufferOf(input)) ?? operandOf(bufferOf(input), input.shape),
          ),
          shape: node.output.shape,
          result: leaves(buffer) ? operandOf(buffer, node.output.shape) : undefined,
          lentFrom: buffer.external ? undefined : under === undefined ? 0 : (lastRead.get(under) ?? 0),
        };
      });
      const plan = planFused(nodes, stage[0].output.size);
      const { scratch } = plan;
      return { run: () => runFused(plan), scratch, useResidentLoops: (memory) => useResidentLoops(plan, memory) };
    },
  };
}
