/**
 * The graph that a trace leaves behind. A Tensor has no numbers in it: it is the name of a value that a compiled
 * program will compute. Applying a primitive to tensors appends one node to their graph; an equal application that is
 * already there is used again (common subexpressions are never computed twice).
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import { sizeOf, type Shape } from "../linalg/layout.ts";
import type { ProgramMemory, ResidentProduct } from "../linalg/resident.ts";
import { callerLine } from "./caller-line.ts";

/** Where a tensor's elements lie when a program runs: row-major from `offset` on. A program may move it between runs. */
export interface Operand {
  array: Float64Array;
  offset: number;
  readonly size: number;
  readonly shape: Shape;
  /** Set where `array` is the memory of WebAssembly kernels, which may then be used on it. */
  memory?: ProgramMemory | undefined;
}

/** c = op(a)·op(b), or c plus that, for matrices that begin so many elements after the beginning of their operands. */
type OperandProduct = (a: Operand, aStart: number, b: Operand, bStart: number, c: Operand, cStart: number) => void;

/** Prepares a product to be run many times. */
export type ProductPlanner = (sizes: ResidentProduct) => OperandProduct;

/** `to[out + k] = f(from[at + k])` for k < length. */
export type UnaryLoop = (length: number, from: Float64Array, at: number, to: Float64Array, out: number) => void;

/** `to[out + k] = f(a[i + k·stepA], b[j + k·stepB])` for k < length; a step is 1, or 0 where an element is repeated. */
export type BinaryLoop = (
  length: number,
  a: Float64Array,
  i: number,
  stepA: number,
  b: Float64Array,
  j: number,
  stepB: number,
  to: Float64Array,
  out: number,
) => void;

/** The inner loop of an elementwise primitive: each writes its own, so that the engine compiles each for itself. */
type ElementLoop = { readonly arity: 1; readonly loop: UnaryLoop } | { readonly arity: 2; readonly loop: BinaryLoop };

/**
 * All that is known of one operation, its attributes (an axis, a flag) already filled in: adding a primitive to the
 * library is writing one of these. The three rules (forward, transposed, batching) are written with the same primitives
 * as user code, so what a transformation gives is a graph like any other and can be transformed again. Makers fill in
 * rules that follow from others: `unary` and `binary` (elementwise.ts, arithmetic.ts), `linear` (linear.ts).
 */
export interface Primitive {
  readonly name: string;
  /** What tells this primitive from others of the same name; shown when a graph is printed. */
  readonly attributes?: Readonly<Record<string, number | string | boolean | readonly number[]>>;
  /** The output's shape. Throws ShapeError for inputs that do not fit; `apply` adds the primitive's name. */
  shape(inputs: readonly Shape[]): Shape;
  /** Makes the function that computes `output` from `inputs`, with such products. It allocates nothing when called. */
  kernel(inputs: readonly Operand[], output: Operand, planProduct: ProductPlanner): () => void;
  /**
   * The derivative, applied: the output's tangent for those of the inputs. `undefined` stands for zeros, in both.
   */
  jvp(inputs: readonly Tensor[], output: Tensor, tangents: readonly (Tensor | undefined)[]): Tensor | undefined;
  /**
   * The transposed derivative, applied: the cotangent of each input for the output's, `undefined` where it is zero
   * (piecewise constants). Linear in the cotangent.
   */
  pullback(inputs: readonly Tensor[], output: Tensor, cotangent: Tensor): readonly (Tensor | undefined)[];
  /**
   * The primitive applied to `size` examples at once: the inputs marked in `batched` have the examples along a new first
   * axis, the others serve every example. The result has them along its first axis.
   */
  batch(inputs: readonly Tensor[], batched: readonly boolean[], size: number): Tensor;
  /** The sum of several cotangents of which this made the first, where it can be had for less than by adding them. */
  readonly total?: (parts: readonly Tensor[]) => Tensor | undefined;
  /** The inputs that hold whole numbers (labels, indices), or of which only such come out: no derivative may be asked. */
  readonly discrete?: readonly number[];
  /** The derivative is 0 wherever there is one (comparisons, stopGradient): derivatives end here. */
  readonly piecewiseConstant?: boolean;
  /** The inputs over which the kernel may write its output, element by element. Default none. */
  readonly overwrites?: readonly number[];
  /** The output is input 0 (perhaps under another shape): no kernel runs and no memory is taken. */
  readonly view?: boolean;
  /** Present when the kernel is this loop, element by element over broadcast inputs: what a compiler may fuse. */
  readonly elementwise?: ElementLoop;
}

/** One application of a primitive, or (without primitive) an input of the graph. */
export interface Node {
  readonly primitive: Primitive | undefined;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly label: string;
}

/** The nodes of one trace, in an order in which they can be computed. */
export class Graph {
  readonly nodes: Node[] = [];
  readonly #known = new Map<string, Tensor>();
  #closed = false;

  /** A tensor whose elements are handed in when the program runs. */
  input(label: string, shape: Shape): Tensor {
    const output = new Tensor(this, this.nodes.length, shape);
    this.nodes.push({ primitive: undefined, inputs: [], output, label });
    return output;
  }

  /** Appends `primitive` applied to `inputs`, or finds it. `apply` is the checked way to call this. */
  append(primitive: Primitive, inputs: readonly Tensor[]): Tensor {
    if (this.#closed)
      throw new ArgumentError(
        `${primitive.name}: the trace has ended; a tensor can only be used inside the function that received it.`,
      );
    // Not by JSON, which a method toJSON in Object.prototype would change.
    const attributes = Object.entries(primitive.attributes ?? {}).map(([name, value]) => `${name}=${String(value)}`);
    const key = [primitive.name, ...attributes, ...inputs.map((input) => input.id)].join(" ");
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const output = new Tensor(this, this.nodes.length, shapeOf(primitive, inputs));
    this.nodes.push({ primitive, inputs, output, label: primitive.name });
    this.#known.set(key, output);
    return output;
  }

  /** Ends the trace: from here on nothing can be appended. */
  close(): void {
    this.#closed = true;
  }

  /** Lets `build` append to a trace that has ended, and ends it again. */
  extend<Result>(build: () => Result): Result {
    const closed = this.#closed;
    this.#closed = false;
    try {
      return build();
    } finally {
      this.#closed = closed;
    }
  }
}

/** A value inside a traced function: its shape is known, its elements will be. Made by the tracer, never by users. */
export class Tensor {
  readonly graph: Graph;
  /** The index of its node in the graph. */
  readonly id: number;
  readonly shape: Shape;

  constructor(graph: Graph, id: number, shape: Shape) {
    this.graph = graph;
    this.id = id;
    this.shape = shape;
    Object.freeze(this);
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The node that computes this tensor. */
  get node(): Node {
    return this.graph.nodes[this.id];
  }
}

/** Applies a primitive to tensors of one trace. Throws ArgumentError for tensors of two traces, ShapeError as it says. */
export function apply(primitive: Primitive, ...inputs: readonly [Tensor, ...Tensor[]]): Tensor {
  return applyTo(primitive, inputs);
}

/** `apply` to a list of at least one tensor. */
export function applyTo(primitive: Primitive, inputs: readonly Tensor[]): Tensor {
  for (const input of inputs) requireTensor(input, primitive.name);
  const { graph } = inputs[0];
  for (const input of inputs)
    if (input.graph !== graph)
      throw new ArgumentError(`${primitive.name}: its arguments come from two different traces.`);
  return graph.append(primitive, inputs);
}

/** Types say so already, but plain JavaScript callers have none. */
export function requireTensor(value: unknown, caller: string): asserts value is Tensor {
  if (!(value instanceof Tensor))
    throw new ArgumentError(`${caller}: expected tensors of a trace, got ${value === null ? "null" : typeof value}.`);
}

function shapeOf(primitive: Primitive, inputs: readonly Tensor[]): Shape {
  try {
    return Object.freeze<number[]>([...primitive.shape(inputs.map((input) => input.shape))]);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw shapeError(primitive.name, inputs, error.message);
  }
}

/** The error for tensors that do not fit an operation: its name, their shapes, what is wrong, and the caller's line. */
export function shapeError(name: string, inputs: readonly Tensor[], message: string): ShapeError {
  const shapes = inputs.map((input) => `[${input.shape.join(", ")}]`).join(" and ");
  return new ShapeError(`${name} of ${shapes}: ${message}${callerLine()}`);
}

/** An axis counted from the last one where negative. Throws ShapeError when the tensor has no such axis. */
export function axisOf(name: string, x: Tensor, axis: number): number {
  requireTensor(x, name);
  const at = axis < 0 ? axis + x.shape.length : axis;
  if (!Number.isInteger(at) || at < 0 || at >= x.shape.length) throw shapeError(name, [x], `there is no axis ${axis}.`);
  return at;
}
