/**
 * Layers as plain functions of a layout's tensors. Dense layers are `affine`, convolutions `conv2d`, normalizations
 * `layerNormalization` and `batchNormalization`, an embedding is `gather` of its rows; here are those that combine more.
 */
import { ArgumentError } from "../errors.ts";
import { add, divide, multiply, subtract } from "./arithmetic.ts";
import { sigmoid } from "./activations.ts";
import { softmax } from "./classification.ts";
import { where } from "./comparisons.ts";
import { tanh } from "./functions.ts";
import { gather } from "./gather.ts";
import { affine, matmul } from "./matmul.ts";
import { scan, type Scanned } from "./scan.ts";
import { slice } from "./join.ts";
import { reshape, transpose } from "./structure.ts";
import { requireTensor, shapeError, type Tensor } from "./tensor.ts";

/**
 * The rows of a table [words, width] for whole numbers of any shape: [...numbers, width]. See `gather`.
 *
 * @example compiled(model, { i: [4] }, (p, { i }) => embedding(p.W, i)).shape // [4, 2]
 */
export function embedding(table: Tensor, numbers: Tensor): Tensor {
  return gather(table, numbers);
}

/**
 * Scaled dot-product attention softmax(Q·Kᵀ / √width)·V (A. Vaswani et al., Attention Is All You Need, 2017, eq. 1):
 * queries [..., m, width], keys [..., n, width], values [..., n, out], result [..., m, out]. Where `mask` (of a shape
 * that broadcasts to [..., m, n]) is 0, a query does not see the key. Throws ShapeError where shapes do not fit.
 *
 * @example compiled(model, {}, (p) => attention(p.W, p.W, p.W)).shape // [3, 2]
 */
export function attention(
  queries: Tensor,
  keys: Tensor,
  values: Tensor,
  options: { readonly mask?: Tensor } = {},
): Tensor {
  requireTensor(queries, "attention");
  const width = queries.shape[queries.shape.length - 1];
  const scores = divide(matmul(queries, keys, { transposeB: true }), Math.sqrt(width));
  // Far below every score, and finite, so that no difference of infinities arises.
  const seen = options.mask === undefined ? scores : where(options.mask, scores, -1e300);
  return matmul(softmax(seen), values);
}

/** The projections of multi-head attention, each [width, width]. */
export interface AttentionWeights {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly output: Tensor;
}

/**
 * Attention of a sequence to itself in several heads (Vaswani et al., section 3.2.2): x [..., length, width], projected,
 * split into `heads` of equal width, attended to, joined and projected again; result [..., length, width]. `mask`
 * broadcasts to [..., heads, length, length]. Throws ArgumentError when the heads do not divide the width, ShapeError
 * where shapes do not fit.
 *
 * @example compiled(layout({ W: [4, 4] }), { x: [5, 4] }, (p, { x }) => selfAttention(x, { query: p.W, key: p.W, value: p.W, output: p.W }, { heads: 2 })).shape // [5, 4]
 */
export function selfAttention(
  x: Tensor,
  weights: AttentionWeights,
  options: { readonly heads: number; readonly mask?: Tensor },
): Tensor {
  requireTensor(x, "selfAttention");
  const { heads } = options;
  if (x.shape.length < 2) throw shapeError("selfAttention", [x], "expected [..., length, width].");
  const [length, width] = x.shape.slice(-2);
  if (!Number.isSafeInteger(heads) || heads < 1 || width % heads !== 0)
    throw new ArgumentError(`selfAttention: ${heads} heads do not divide the width ${width}.`);
  const batch = x.shape.slice(0, -2);
  const swapped = [...batch.map((_length, axis) => axis), batch.length + 1, batch.length, batch.length + 2];
  const split = (tensor: Tensor): Tensor =>
    transpose(reshape(tensor, [...batch, length, heads, width / heads]), swapped);
  const joined = attention(
    split(matmul(x, weights.query)),
    split(matmul(x, weights.key)),
    split(matmul(x, weights.value)),
    options.mask === undefined ? {} : { mask: options.mask },
  );
  return matmul(reshape(transpose(joined, swapped), [...batch, length, width]), weights.output);
}

/** The weights of a recurrent layer: `input` [in, gates · width], `recurrent` [width, gates · width], `bias` [gates · width]. */
export interface RecurrentWeights {
  readonly input: Tensor;
  readonly recurrent: Tensor;
  readonly bias: Tensor;
}

/** The state of a long short-term memory, two tensors [batch, width]. */
export type LstmState = Readonly<Record<"hidden" | "cell", Tensor>>;

/**
 * A long short-term memory over sequences x [steps, batch, in]: gates input, forget, cell, output side by side in the
 * weights; c′ = σ(f)·c + σ(i)·tanh(g), h′ = σ(o)·tanh(c′) (S. Hochreiter and J. Schmidhuber, 1997; with forget gates:
 * F. A. Gers et al., 2000). Outputs are the hidden states [steps, batch, width]. Throws ShapeError where shapes do not
 * fit.
 *
 * @example compiled(layout({ W: [3, 8], U: [2, 8], b: [8] }), { x: [5, 4, 3], h: [4, 2] }, (p, { x, h }) => lstm(x, { input: p.W, recurrent: p.U, bias: p.b }, { hidden: h, cell: h }).outputs).shape // [5, 4, 2]
 */
export function lstm(x: Tensor, weights: RecurrentWeights, initial: LstmState): Scanned<LstmState> {
  const step = (state: LstmState, drive: Tensor): { state: LstmState; output: Tensor } => {
    const [input, forget, candidate, output] = gatesOf(
      add(drive, matmul(state.hidden, weights.recurrent)),
      state.hidden,
      4,
    );
    const cell = add(multiply(sigmoid(forget), state.cell), multiply(sigmoid(input), tanh(candidate)));
    const hidden = multiply(sigmoid(output), tanh(cell));
    return { state: { hidden, cell }, output: hidden };
  };
  // What the sequence drives the gates with is one product for all steps.
  return scan(step, initial, affine(x, weights.input, weights.bias));
}

/**
 * A gated recurrent unit over sequences x [steps, batch, in]: gates reset, update, candidate side by side in the weights;
 * n = tanh(W·x + b + σ(r)·(U·h + recurrentBias)), h′ = (1 − σ(z))·n + σ(z)·h (K. Cho et al., 2014, with the reset after
 * the product). Outputs are the states [steps, batch, width]. Throws ShapeError where shapes do not fit.
 *
 * @example compiled(layout({ W: [3, 6], U: [2, 6], b: [6] }), { x: [5, 4, 3], h: [4, 2] }, (p, { x, h }) => gru(x, { input: p.W, recurrent: p.U, bias: p.b }, h).outputs).shape // [5, 4, 2]
 */
export function gru(
  x: Tensor,
  weights: RecurrentWeights & { readonly recurrentBias?: Tensor },
  initial: Tensor,
): Scanned<Tensor> {
  const { recurrentBias } = weights;
  const step = (state: Tensor, drive: Tensor): { state: Tensor; output: Tensor } => {
    const product = matmul(state, weights.recurrent);
    const recurrent = recurrentBias === undefined ? product : add(product, recurrentBias);
    const [reset, update, candidate] = gatesOf(drive, state, 3);
    const [resetBy, updateBy, candidateBy] = gatesOf(recurrent, state, 3);
    const z = sigmoid(add(update, updateBy));
    const proposed = tanh(add(candidate, multiply(sigmoid(add(reset, resetBy)), candidateBy)));
    const next = add(multiply(subtract(1, z), proposed), multiply(z, state));
    return { state: next, output: next };
  };
  return scan(step, initial, affine(x, weights.input, weights.bias));
}

/** The parts of [..., count · width] that belong to the gates; `state` has the width. */
function gatesOf(all: Tensor, state: Tensor, count: number): Tensor[] {
  const width = state.shape[state.shape.length - 1];
  if (all.shape[all.shape.length - 1] !== count * width)
    throw shapeError("gates", [all, state], `expected ${count} gates of the state's width.`);
  return Array.from({ length: count }, (_value, k) => slice(all, -1, k * width, (k + 1) * width));
}
