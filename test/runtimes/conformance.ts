/**
 * The conformance program: it uses every part of the library and hashes every number that comes out, bit by bit. The same
 * digest on two engines means that linear algebra, differentiation, optimizers, EGOP, a resumed run and the messages of
 * errors are the same there. It is bundled from the packed library, and needs nothing but ECMAScript.
 */
import {
  adagrad,
  adam,
  affine,
  differentiable,
  egop,
  EgopError,
  fold,
  initialization,
  layout,
  Matrix,
  mean,
  minimize,
  random,
  reparameterize,
  sgd,
  softmaxCrossEntropy,
  tanh as tensorTanh,
  type BoundLoss,
} from "egop";
import { householderQR, multiply, randomOrthogonal, singularValueDecomposition, symmetricEigen } from "egop/linalg";
import * as math from "egop/math";

/** One row of the digits: sixteen sums of four pixels, and the label. */
export type DigitRows = readonly (readonly number[])[];

const model = layout({ W1: [16, 5], b1: [5], W2: [5, 10], b2: [10] });

/** A hash of 64 bits in two words that doubles and texts are added to. */
class Digest {
  #a = 0x811c9dc5;
  #b = 0x01000193;
  readonly #value = new Float64Array(1);
  readonly #words = new Uint32Array(this.#value.buffer);
  readonly #first = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;

  #word(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x01000193);
    this.#a ^= this.#a >>> 15;
    this.#b = Math.imul((this.#b + word) ^ (this.#b >>> 13), 0x9e3779b1);
  }

  number(x: number): void {
    this.#value[0] = Number.isNaN(x) ? NaN : x;
    // The bits of a NaN are the engine's affair.
    if (Number.isNaN(x)) this.#word(0x7ff80000);
    else {
      this.#word(this.#words[this.#first]);
      this.#word(this.#words[1 - this.#first]);
    }
  }

  numbers(list: ArrayLike<number>): void {
    this.#word(list.length);
    for (let i = 0; i < list.length; i++) this.number(list[i]);
  }

  text(text: string): void {
    this.#word(text.length);
    for (let i = 0; i < text.length; i++) this.#word(text.charCodeAt(i));
  }

  hex(): string {
    const word = (w: number): string => (w >>> 0).toString(16).padStart(8, "0");
    return word(this.#a) + word(this.#b);
  }
}

function objectiveOf(rows: DigitRows): BoundLoss {
  const loss = differentiable(model, { x: [rows.length, 16], label: [rows.length] }, (p, { x, label }) =>
    mean(softmaxCrossEntropy(affine(tensorTanh(affine(x, p.W1, p.b1)), p.W2, p.b2), label)),
  );
  return loss.on({
    x: Float64Array.from(rows.flatMap((row) => row.slice(0, 16).map((sum) => sum / 64))),
    label: Float64Array.from(rows, (row) => row[16]),
  });
}

function start(): Float64Array {
  const point = new Float64Array(model.size);
  initialization(model).draw(random(1), point, 0);
  return point;
}

/** The value and gradient of the network at its start: what an engine has after a cold start. */
export function firstGradient(rows: DigitRows): string {
  const digest = new Digest();
  const gradient = new Float64Array(model.size);
  digest.number(objectiveOf(rows).valueAndGradient(start(), gradient));
  digest.numbers(gradient);
  return digest.hex();
}

/** The digest of all. */
export function conformance(rows: DigitRows): string {
  const digest = new Digest();
  elementary(digest);
  linearAlgebra(digest);
  digest.text(firstGradient(rows));
  training(digest, rows);
  errors(digest);
  return digest.hex();
}

function elementary(digest: Digest): void {
  // One by one: a bundler would make an object of a namespace that is read by computed names, which prototypes can spoil.
  const ofOne = [
    [math.exp, math.expRange],
    [math.expm1, math.expm1Range],
    [math.log, math.logRange],
    [math.log1p, math.log1pRange],
    [math.log2, math.log2Range],
    [math.sin, math.sinRange],
    [math.cos, math.cosRange],
    [math.tan, math.tanRange],
    [math.tanh, math.tanhRange],
    [math.sinh, math.sinhRange],
    [math.cosh, math.coshRange],
    [math.asinh, math.asinhRange],
    [math.atan, math.atanRange],
    [math.erf, math.erfRange],
    [math.erfc, math.erfcRange],
    [math.lgamma, math.lgammaRange],
    [math.cbrt, math.cbrtRange],
  ] as const;
  const input = Float64Array.from({ length: 1202 }, (_, i) => ((i >> 1) - 300) * (i % 2 === 0 ? 1 / 16 : 1e17));
  const output = new Float64Array(input.length);
  for (const [f, range] of ofOne) {
    // The array forms, of which some are WebAssembly, have the bits of the forms for one number.
    range(input, 0, output, 0, input.length);
    for (let i = 0; i < input.length; i++) {
      if (!Object.is(output[i], f(input[i]))) throw new Error(`the array form of ${f.name} differs at ${input[i]}`);
      digest.number(output[i]);
    }
  }
  for (const f of [math.pow, math.atan2, math.hypot])
    for (let i = 0; i <= 300; i++) digest.number(f(i / 16 + 0.1, (i - 150) / 32));
  const key = random(7);
  digest.numbers(math.uniform(key, new Float64Array(50)));
  digest.numbers(math.normal(key, new Float64Array(500)));
  digest.numbers(math.integers(key, 6, new Int32Array(50)));
  digest.numbers(math.permutation(key, 50));
  digest.numbers(math.exponential(key, new Float64Array(50)));
  digest.numbers(math.gamma(key, 0.7, new Float64Array(50)));
  digest.numbers(math.categorical(key, [1, 2, 3], new Int32Array(50)));
}

function linearAlgebra(digest: Digest): void {
  const a = new Matrix(150, 90, math.normal(random(2), new Float64Array(150 * 90)));
  const b = new Matrix(90, 130, math.normal(random(3), new Float64Array(90 * 130)));
  digest.numbers(multiply(a, b).data);
  const symmetric = multiply(a, a, { transposeA: true });
  const eigen = symmetricEigen(symmetric);
  digest.numbers(eigen.values);
  digest.numbers(eigen.vectors.data);
  const svd = singularValueDecomposition(new Matrix(30, 20, a.data.slice(0, 600)));
  digest.numbers(svd.values);
  digest.numbers(svd.v.data);
  const qr = householderQR(a);
  digest.numbers(qr.r().data);
  digest.numbers(randomOrthogonal(40, random(4)).data);
}

function training(digest: Digest, rows: DigitRows): void {
  const objective = objectiveOf(rows);
  for (const optimizer of [adam({ learningRate: 0.05 }), adagrad({ learningRate: 0.1 }), sgd({ learningRate: 0.3 })]) {
    const whole = minimize(objective, { start: start(), optimizer, steps: 30 });
    const half = minimize(objective, { start: start(), optimizer, steps: 12 });
    const rest = minimize(objective, { resume: half.state, optimizer, steps: 18 });
    for (let i = 0; i < whole.parameters.length; i++)
      if (whole.parameters[i] !== rest.parameters[i]) throw new Error(`the resumed run differs at parameter ${i}`);
    digest.numbers(whole.losses);
    digest.numbers(whole.parameters);
  }
  const estimate = egop(objective, { points: initialization(model), samples: model.size, key: fold(random(0), 5) });
  digest.numbers(estimate.eigenvalues);
  const rotated = reparameterize(objective, estimate.basis());
  const run = minimize(rotated, { start: start(), optimizer: adam({ learningRate: 0.05 }), steps: 30 });
  digest.numbers(run.losses);
  digest.numbers(run.parameters);
}

function errors(digest: Digest): void {
  const wrong: readonly (() => unknown)[] = [
    () => random(-1),
    () => symmetricEigen(new Matrix(2, 2, Float64Array.of(1, NaN, NaN, 1))),
    () => multiply(new Matrix(2, 3), new Matrix(2, 3)),
    () => adam({ learningRate: -1 }),
    () => new Matrix(2, 2, new Float64Array(3)),
  ];
  for (const call of wrong) {
    let message = "nothing was thrown";
    try {
      call();
    } catch (error) {
      if (!(error instanceof EgopError)) throw error;
      message = `${error.name}: ${error.message}`;
    }
    digest.text(message);
  }
}
