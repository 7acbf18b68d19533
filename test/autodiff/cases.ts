/**
 * One entry for each operation: tensors of small random sizes in, a tensor out. The table test takes every entry through
 * forward and reverse mode, second derivatives and batching, so that an operation needs nothing but its entry here; and
 * it fails when a public operation has none.
 */
import * as ad from "../../src/autodiff/index.ts";
import type { Tensor } from "../../src/autodiff/index.ts";
import { random } from "../../src/math/random.ts";
import type { Shape } from "../../src/linalg/layout.ts";

/** The sizes from which an entry makes its shapes: all small, and drawn anew for each run. */
export interface Sizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** What one operation is tried on. */
export interface Case {
  /** The tensors in which it is differentiated. Their elements lie between 0.7 and about 2.5. */
  readonly inputs: Readonly<Record<string, Shape>>;
  /** Tensors of whole numbers, from 0 to below `below`. */
  readonly whole?: Readonly<Record<string, { readonly shape: Shape; readonly below: number }>>;
  readonly body: (t: Readonly<Record<string, Tensor>>) => Tensor;
}

const matrix =
  (f: (a: Tensor) => Tensor): ((sizes: Sizes) => Case) =>
  ({ m, n }) => ({ inputs: { a: [m, n] }, body: ({ a }) => f(a) });
/** Elements on both sides of 0. */
const signed = (f: (a: Tensor) => Tensor): ((sizes: Sizes) => Case) => matrix((a) => f(ad.subtract(a, 1.3)));
/** A matrix with something that broadcasts to it. */
const pair =
  (f: (a: Tensor, b: Tensor) => Tensor, shape: (sizes: Sizes) => Shape): ((sizes: Sizes) => Case) =>
  (sizes) => ({ inputs: { a: [sizes.m, sizes.n], b: shape(sizes) }, body: ({ a, b }) => f(a, b) });

const row = ({ n }: Sizes): Shape => [n];
const column = ({ m }: Sizes): Shape => [m, 1];
const same = ({ m, n }: Sizes): Shape => [m, n];

/** Added to a matrix: multiples of the identity, or a diagonal with distinct entries. */
function withDiagonal(a: Tensor, entry: (k: number) => number): Tensor {
  const n = a.shape.at(-1) ?? 0;
  const zero = ad.multiply(ad.sum(ad.stopGradient(a)), 0);
  const entries = Array.from({ length: n * n }, (_v, k) => ad.add(zero, k % (n + 1) === 0 ? entry(k / (n + 1)) : 0));
  return ad.add(a, ad.reshape(ad.stack(entries), [n, n]));
}
const dominant = (a: Tensor): Tensor => withDiagonal(a, () => 8);
const spread = (a: Tensor): Tensor => withDiagonal(ad.multiply(0.2, a), (k) => 3 * k + 1);

/** Each operation under its public name; a name may go on after a comma for a second entry. */
export const cases: Readonly<Record<string, (sizes: Sizes) => Case>> = {
  add: pair(ad.add, row),
  "add, column": pair(ad.add, column),
  "add, number": matrix((a) => ad.add(2, a)),
  subtract: pair(ad.subtract, row),
  "subtract, larger second": ({ m, n }) => ({ inputs: { a: [n], b: [m, n] }, body: ({ a, b }) => ad.subtract(a, b) }),
  multiply: pair(ad.multiply, column),
  "multiply, both repeated": ({ m, n }) => ({ inputs: { a: [m, 1], b: [n] }, body: ({ a, b }) => ad.multiply(a, b) }),
  divide: pair(ad.divide, column),
  "divide, by larger": ({ m, n }) => ({ inputs: { a: [n], b: [m, n] }, body: ({ a, b }) => ad.divide(a, b) }),
  negate: matrix(ad.negate),
  square: matrix(ad.square),
  exp: matrix(ad.exp),
  expm1: matrix(ad.expm1),
  log: matrix(ad.log),
  log1p: matrix(ad.log1p),
  tanh: matrix(ad.tanh),
  sqrt: matrix(ad.sqrt),
  sin: matrix(ad.sin),
  cos: matrix(ad.cos),
  tan: matrix((a) => ad.tan(ad.multiply(a, 0.3))),
  atan: matrix(ad.atan),
  erf: signed(ad.erf),
  power: pair(ad.power, row),
  "power, whole exponent": signed((a) => ad.power(a, 3)),
  "power, exponent 0": signed((a) => ad.power(a, 0)),
  gelu: signed(ad.gelu),
  relu: signed(ad.relu),
  leakyRelu: signed((a) => ad.leakyRelu(a, 0.1)),
  elu: signed((a) => ad.elu(a, 1.5)),
  geluTanh: signed(ad.geluTanh),
  silu: signed(ad.silu),
  sigmoid: signed(ad.sigmoid),
  softplus: signed(ad.softplus),
  abs: signed(ad.abs),
  sign: pair((a, b) => ad.multiply(ad.sign(ad.subtract(a, 1.3)), b), row),
  greater: pair((a, b) => ad.multiply(ad.greater(a, b), a), column),
  greaterOrEqual: pair((a, b) => ad.multiply(ad.greaterOrEqual(a, b), b), column),
  less: pair((a, b) => ad.multiply(ad.less(a, b), a), row),
  lessOrEqual: pair((a, b) => ad.multiply(ad.lessOrEqual(a, b), b), row),
  equal: pair((a, b) => ad.multiply(ad.add(ad.equal(a, b), 1), b), same),
  where: pair((a, b) => ad.where(ad.greater(a, b), ad.square(a), b), row),
  "where, numbers": matrix((a) => ad.where(ad.greater(a, 1.3), ad.square(a), 2)),
  maximum: pair(ad.maximum, row),
  minimum: pair(ad.minimum, column),
  sum: matrix((a) => ad.sum(a, 0)),
  "sum, all": matrix((a) => ad.sum(a)),
  mean: matrix((a) => ad.mean(a, -1)),
  max: matrix((a) => ad.max(a, 0)),
  "max, all": matrix((a) => ad.max(ad.square(a))),
  min: matrix((a) => ad.min(a, 1)),
  product: matrix((a) => ad.product(a, 1)),
  "product, all": signed((a) => ad.product(a)),
  cumulativeSum: matrix((a) => ad.square(ad.cumulativeSum(a, 0))),
  norm: matrix((a) => ad.norm(a)),
  "norm, axis": signed((a) => ad.norm(a, { axis: 1 })),
  "norm, 1": signed((a) => ad.norm(a, { axis: 0, order: 1 })),
  "norm, largest": signed((a) => ad.norm(a, { order: Infinity })),
  variance: matrix((a) => ad.variance(a, 0)),
  argmax: pair((a, b) => ad.add(ad.argmax(ad.stopGradient(a), 0), ad.square(b)), row),
  gather: ({ m, n, k }) => ({
    inputs: { a: [m, n] },
    whole: { i: { shape: [2, k], below: m } },
    body: ({ a, i }) => ad.square(ad.gather(a, i)),
  }),
  scatterAdd: ({ m, n }) => ({
    inputs: { a: [m, n] },
    whole: { i: { shape: [m], below: 3 } },
    body: ({ a, i }) => ad.square(ad.scatterAdd(a, i, 3)),
  }),
  oneHot: ({ m, n }) => ({
    inputs: { a: [m, n] },
    whole: { i: { shape: [m], below: n } },
    body: ({ a, i }) => ad.multiply(ad.oneHot(i, n), ad.square(a)),
  }),
  crossEntropy: ({ m, n }) => ({
    inputs: { logits: [m, n] },
    whole: { labels: { shape: [m], below: n } },
    body: ({ logits, labels }) => ad.crossEntropy(logits, labels, { labelSmoothing: 0.2 }),
  }),
  "crossEntropy, distributions": pair((a, b) => ad.crossEntropy(a, ad.softmax(b), { labelSmoothing: 0.1 }), same),
  huber: signed((a) => ad.huber(a, 0.4)),
  binaryCrossEntropy: pair((a, b) => ad.binaryCrossEntropy(ad.subtract(a, 1), ad.sigmoid(b)), same),
  klDivergence: pair((a, b) => ad.klDivergence(ad.softmax(a), ad.logSoftmax(b)), same),
  broadcastTo: ({ m, n, k }) => ({ inputs: { a: [m, 1] }, body: ({ a }) => ad.broadcastTo(a, [k, m, n]) }),
  sumTo: ({ m, n, k }) => ({ inputs: { a: [k, m, n] }, body: ({ a }) => ad.sumTo(a, [m, 1]) }),
  reshape: matrix((a) => ad.reshape(a, [a.size])),
  transpose: matrix((a) => ad.transpose(a)),
  "transpose, three axes": ({ m, n, k }) => ({
    inputs: { a: [m, n, k] },
    body: ({ a }) => ad.transpose(a, [2, 0, 1]),
  }),
  slice: ({ m, n }) => ({ inputs: { a: [m, n + 2] }, body: ({ a }) => ad.slice(a, -1, 1, n + 1) }),
  pad: matrix((a) => ad.pad(a, 0, 1, 2)),
  concatenate: ({ m, n, k }) => ({
    inputs: { a: [m, n], b: [m, k] },
    body: ({ a, b }) => ad.concatenate([a, ad.square(b), a], 1),
  }),
  "concatenate, one fixed": pair((a, b) => ad.concatenate([ad.sign(a), b], 0), same),
  stack: pair((a, b) => ad.stack([a, b], -1), same),
  matmul: ({ m, n, k }) => ({ inputs: { a: [m, k], b: [k, n] }, body: ({ a, b }) => ad.matmul(a, b) }),
  "matmul, both transposed": ({ m, n, k }) => ({
    inputs: { a: [k, m], b: [n, k] },
    body: ({ a, b }) => ad.matmul(a, b, { transposeA: true, transposeB: true }),
  }),
  "matmul, second transposed": ({ m, n, k }) => ({
    inputs: { a: [2, m, k], b: [n, k] },
    body: ({ a, b }) => ad.matmul(a, b, { transposeB: true }),
  }),
  "matmul, batches": ({ m, n, k }) => ({
    inputs: { a: [2, 1, m, k], b: [3, k, n] },
    body: ({ a, b }) => ad.matmul(a, b),
  }),
  "matmul, vectors": ({ m, k }) => ({ inputs: { a: [k], b: [k, m] }, body: ({ a, b }) => ad.matmul(a, b) }),
  affine: ({ m, n, k }) => ({
    inputs: { x: [m, k], W: [k, n], b: [n] },
    body: ({ x, W, b }) => ad.affine(x, W, b),
  }),
  conv2d: ({ m, n, k }) => ({
    inputs: { x: [k, 2, m + 2, n + 2], K: [3, 2, 3, 2] },
    body: ({ x, K }) => ad.conv2d(x, K, { padding: [1, 0] }),
  }),
  "conv2d, all options": ({ m, n }) => ({
    inputs: { x: [2, 4, m + 3, n + 3], K: [2, 2, 2, 2] },
    body: ({ x, K }) => ad.conv2d(x, K, { stride: [2, 1], padding: 1, dilation: [1, 2], groups: 2 }),
  }),
  conv1d: ({ m, n, k }) => ({
    inputs: { x: [k, m, n + 3], K: [2, m, 3] },
    body: ({ x, K }) => ad.conv1d(x, K, { stride: 2, padding: 1 }),
  }),
  convTranspose2d: ({ m, n }) => ({
    inputs: { x: [2, 4, m, n], K: [4, 2, 3, 3] },
    body: ({ x, K }) => ad.convTranspose2d(x, K, { stride: 2, padding: 1, groups: 2, outputPadding: 1 }),
  }),
  convTranspose1d: ({ m, n, k }) => ({
    inputs: { x: [k, m, n], K: [m, 2, 3] },
    body: ({ x, K }) => ad.convTranspose1d(x, K, { stride: 2 }),
  }),
  maxPool: ({ m, n }) => ({
    inputs: { x: [2, 2, m + 3, n + 3] },
    body: ({ x }) => ad.square(ad.maxPool(x, { window: 3, stride: 2, padding: 1 })),
  }),
  "maxPool, sequences": ({ m, n }) => ({ inputs: { x: [2, m, 2 * n] }, body: ({ x }) => ad.maxPool(x, { window: 2 }) }),
  averagePool: ({ m, n }) => ({
    inputs: { x: [2, 2, m + 3, n + 3] },
    body: ({ x }) => ad.square(ad.averagePool(x, { window: [2, 3], padding: 1 })),
  }),
  layerNormalization: pair(
    (a, b) => ad.layerNormalization(ad.multiply(a, b), { scale: b, shift: b, epsilon: 0.1 }),
    row,
  ),
  batchNormalization: ({ m, n }) => ({
    inputs: { x: [m + 1, 2, n], s: [2] },
    body: ({ x, s }) => ad.batchNormalization(x, { scale: s, shift: s, epsilon: 0.1 }).output,
  }),
  "batchNormalization, given statistics": ({ m, n }) => ({
    inputs: { x: [m, 2, n], s: [2] },
    body: ({ x, s }) => ad.batchNormalization(x, { statistics: { mean: s, variance: s } }).output,
  }),
  dropout: matrix((a) => ad.dropout(ad.square(a), 0.4, random(3))),
  "dropout, key as input": ({ m, n }) => ({
    inputs: { a: [m, n] },
    whole: { key: { shape: [4], below: 1000 } },
    body: ({ a, key }) => ad.dropout(ad.square(a), 0.4, key),
  }),
  einsum: ({ m, n, k }) => ({
    inputs: { a: [2, m, k], b: [n, k, 2] },
    body: ({ a, b }) => ad.einsum("bik,jkb->jbi", a, b),
  }),
  "einsum, three operands": ({ m, n, k }) => ({
    inputs: { a: [m, 2], b: [n, k], c: [m, n] },
    body: ({ a, b, c }) => ad.einsum("ix,jk,ij->kj", a, b, c),
  }),
  "einsum, outer product": ({ m, n }) => ({
    inputs: { a: [m], b: [n] },
    body: ({ a, b }) => ad.einsum("i,j->ji", a, b),
  }),
  scan: ({ m, n }) => ({
    inputs: { a: [m, n], b: [n] },
    body: ({ a, b }) =>
      ad.scan((s: Tensor, x) => ({ state: ad.tanh(ad.multiply(s, x)), output: ad.square(s) }), b, a).outputs,
  }),
  embedding: ({ m, n, k }) => ({
    inputs: { a: [m, n] },
    whole: { i: { shape: [k], below: m } },
    body: ({ a, i }) => ad.tanh(ad.embedding(a, i)),
  }),
  attention: ({ m, n, k }) => ({
    inputs: { q: [2, m, k], K: [2, n, k], v: [n, 2] },
    whole: { mask: { shape: [m, n], below: 2 } },
    body: ({ q, K, v, mask }) => ad.attention(q, K, v, { mask }),
  }),
  selfAttention: ({ m }) => ({
    inputs: { x: [2, m, 4], A: [4, 4], B: [4, 4] },
    body: ({ x, A, B }) =>
      ad.selfAttention(ad.multiply(x, 0.3), { query: A, key: B, value: A, output: B }, { heads: 2 }),
  }),
  lstm: ({ m, n }) => ({
    inputs: { x: [3, m, n], W: [n, 8], U: [2, 8], b: [8], h: [m, 2] },
    body: ({ x, W, U, b, h }) =>
      ad.lstm(x, { input: W, recurrent: U, bias: b }, { hidden: h, cell: ad.square(h) }).outputs,
  }),
  gru: ({ m, n }) => ({
    inputs: { x: [3, m, n], W: [n, 6], U: [2, 6], b: [6], h: [m, 2] },
    body: ({ x, W, U, b, h }) => ad.gru(x, { input: W, recurrent: U, bias: b, recurrentBias: b }, h).outputs,
  }),
  linearSolve: ({ n, k }) => ({
    inputs: { a: [n, n], b: [n, k] },
    body: ({ a, b }) => ad.linearSolve(dominant(a), b),
  }),
  "linearSolve, vector": ({ n }) => ({
    inputs: { a: [n, n], b: [n] },
    body: ({ a, b }) => ad.linearSolve(dominant(a), b),
  }),
  matrixInverse: ({ n }) => ({ inputs: { a: [2, n, n] }, body: ({ a }) => ad.matrixInverse(dominant(a)) }),
  logAbsDeterminant: ({ n }) => ({ inputs: { a: [2, n, n] }, body: ({ a }) => ad.logAbsDeterminant(dominant(a)) }),
  choleskyFactor: ({ n }) => ({ inputs: { a: [2, n, n] }, body: ({ a }) => ad.choleskyFactor(dominant(a)) }),
  // The eigenvalues of what is added are far apart, so that second differences are accurate.
  eigenSymmetric: ({ n }) => ({ inputs: { a: [n, n] }, body: ({ a }) => ad.eigenSymmetric(spread(a)).vectors }),
  "eigenSymmetric, values": ({ n }) => ({
    inputs: { a: [n, n] },
    body: ({ a }) => ad.eigenSymmetric(spread(a)).values,
  }),
  svdFactors: ({ n }) => ({
    inputs: { a: [n, n], b: [2, n] },
    body: ({ a, b }) => ad.svdFactors(ad.concatenate([spread(a), b], 0)).u,
  }),
  "svdFactors, wide": ({ n }) => ({
    inputs: { a: [n, n], b: [n, 1] },
    body: ({ a, b }) => {
      const { u, values, v } = ad.svdFactors(ad.concatenate([spread(a), b], 1));
      return ad.concatenate([u, ad.reshape(values, [1, n]), v], 0);
    },
  }),
  qrFactors: ({ n }) => ({
    inputs: { a: [n, n], b: [2, n] },
    body: ({ a, b }) => {
      const { q, r } = ad.qrFactors(ad.concatenate([dominant(a), b], 0));
      return ad.concatenate([q, r], 0);
    },
  }),
  expm: ({ n }) => ({ inputs: { a: [n, n] }, body: ({ a }) => ad.expm(ad.multiply(0.3, a)) }),
  logSumExp: matrix((a) => ad.logSumExp(a)),
  "logSumExp, first axis": matrix((a) => ad.logSumExp(a, 0)),
  softmax: matrix((a) => ad.softmax(a)),
  "softmax, first axis": matrix((a) => ad.softmax(a, 0)),
  logSoftmax: matrix((a) => ad.logSoftmax(a, 0)),
  softmaxCrossEntropy: ({ m, n }) => ({
    inputs: { logits: [m, n] },
    whole: { labels: { shape: [m], below: n } },
    body: ({ logits, labels }) => ad.softmaxCrossEntropy(ad.multiply(logits, 2), labels),
  }),
  checkpoint: pair((a, b) => ad.checkpoint((x) => ad.tanh(ad.multiply(ad.exp(x), b)))(a), row),
  customDerivative: pair(
    (a, b) =>
      // The right derivative of a·b², so that differences agree; whether the rule is asked is another test's matter.
      ad.customDerivative(
        (x, y) => ad.multiply(x, ad.square(y)),
        ([x, y], _output, by) => [
          ad.multiply(by, ad.square(y)),
          ad.sumTo(ad.multiply(ad.multiply(2, by), ad.multiply(x, y)), y.shape),
        ],
      )(a, b),
    row,
  ),
  gradient: pair((a, b) => ad.gradient((x: Tensor) => ad.sum(ad.multiply(ad.tanh(x), b)))(a), row),
  valueAndGradient: matrix((a) => ad.valueAndGradient((x: Tensor) => ad.sum(ad.exp(ad.tanh(x))))(a).value),
  jvp: pair((a, b) => ad.jvp((x: Tensor) => ad.tanh(ad.multiply(x, b)), a, ad.square(a)).tangent, row),
  vjp: pair((a, b) => ad.vjp((x: Tensor) => ad.tanh(ad.multiply(x, b)), a).pullback(ad.square(a)), row),
  jacobian: ({ m, n }) => ({
    inputs: { W: [m, n], x: [n] },
    body: ({ W, x }) => ad.jacobian((y: Tensor) => ad.tanh(ad.matmul(W, y)))(x),
  }),
  "jacobian, reverse": ({ m, n }) => ({
    inputs: { W: [m, n], x: [n] },
    body: ({ W, x }) => ad.jacobian((y: Tensor) => ad.tanh(ad.matmul(W, y)), { mode: "reverse" })(x),
  }),
  hessian: ({ m, n }) => ({
    inputs: { W: [m, n], x: [n] },
    body: ({ W, x }) => ad.hessian((y: Tensor) => ad.logSumExp(ad.matmul(W, y)))(x),
  }),
  hessianVector: ({ m, n }) => ({
    inputs: { W: [m, n], x: [n] },
    body: ({ W, x }) => ad.hessianVector((y: Tensor) => ad.logSumExp(ad.matmul(W, y)))(x, ad.square(x)),
  }),
  vmap: ({ m, n }) => ({
    inputs: { W: [m, n], x: [3, n] },
    body: ({ W, x }) => ad.vmap(ad.gradient((y: Tensor) => ad.logSumExp(ad.matmul(W, y))))(x),
  }),
  "vmap, shared and moved": ({ m, n, k }) => ({
    inputs: { W: [m, k], x: [n, k] },
    body: ({ W, x }) =>
      ad.vmap((w: Tensor, y: Tensor) => ad.tanh(ad.multiply(w, y)), [1, null])(W, ad.slice(ad.transpose(x), 1, 0, 1)),
  }),
};

/** Public functions that are no operations on tensors, or differentiate to nothing: tested elsewhere. */
export const others: readonly string[] = [
  "compiled",
  "describeProgram",
  "differentiable",
  "interpreted",
  "fisherInformation",
  "gradients",
  "layout",
  "stopGradient",
];
