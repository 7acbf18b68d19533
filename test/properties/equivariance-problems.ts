/**
 * The random problems of docs/equivariance.md, and how they look in other coordinates. Three kinds: smooth functions, sums of
 * squares for the methods that look at residuals, networks for those that look at the Fisher matrix.
 */
import { differentiable, fisherInformation, matmul, mean, pad, softmaxCrossEntropy } from "../../src/autodiff/index.ts";
import { layout, type Layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiply } from "../../src/linalg/product.ts";
import { log } from "../../src/math/elementary.ts";
import { fold, normal, random, uniform } from "../../src/math/random.ts";
import {
  sumOfSquares,
  type FisherProducts,
  type LayerSource,
  type Objective,
  type ResidualProblem,
} from "../../src/optim/index.ts";

const model = layout({ W: [3, 2] });
export const size = model.size;

/** An objective with its layout, and with what some methods look at. */
export interface Problem extends Objective {
  readonly layout: Layout;
  readonly residualProblem?: ResidualProblem;
  readonly fisher?: FisherProducts & Partial<LayerSource>;
}

/** A problem of W = U Vᵀ with the products along a path, and the same problem's start in another gauge. */
interface GaugeProblem {
  readonly problem: Problem;
  readonly product: (x: Float64Array) => Float64Array;
  /** (UQ, VQ). */
  readonly turn: (x: Float64Array, q: Matrix) => Float64Array;
}

export interface Kind {
  readonly random: (seed: number) => Problem;
  readonly gauge: (seed: number) => GaugeProblem;
  /** The problem of W̃ with W = P W̃ Qᵀ, where that is more than a change of coordinates. */
  readonly kronecker?: (seed: number, p: Matrix, q: Matrix) => Problem;
}

const times = (m: Matrix, x: Float64Array, transposeA = false): Float64Array => {
  const column = Matrix.fromRows(Array.from(x, (entry) => [entry]));
  return multiply(m, column, { transposeA }).data;
};

/** f(Ax̃). */
export function changed(problem: Problem, a: Matrix): Problem {
  const inner = new Float64Array(size);
  const { residualProblem, fisher } = problem;
  return {
    ...problem,
    valueAndGradient(x, gradient) {
      const value = problem.valueAndGradient(times(a, x), inner);
      gradient.set(times(a, inner, true));
      return value;
    },
    hessianVector(x, direction, out) {
      problem.hessianVector?.(times(a, x), times(a, direction), inner);
      out.set(times(a, inner, true));
    },
    ...(residualProblem && {
      residualProblem: {
        ...residualProblem,
        valueAndJacobian(x, residuals, jacobian) {
          residualProblem.valueAndJacobian(times(a, x), residuals, jacobian);
          jacobian.set(multiply(new Matrix(residuals.length, size, jacobian.slice()), a).data);
        },
      },
    }),
    ...(fisher && {
      fisher: {
        dimension: size,
        fisherVector(x, direction, out, key) {
          fisher.fisherVector(times(a, x), times(a, direction), inner, key);
          out.set(times(a, inner, true));
        },
      },
    }),
  };
}

/** c · f; the Fisher matrix is that of the model, not of the loss, and stays. */
export function scaled(problem: Problem, scale: number): Problem {
  const { residualProblem } = problem;
  const multiplied = (out: Float64Array, by: number): void => out.forEach((_x, i) => (out[i] *= by));
  return {
    ...problem,
    valueAndGradient(x, gradient) {
      const value = problem.valueAndGradient(x, gradient);
      multiplied(gradient, scale);
      return scale * value;
    },
    hessianVector(x, direction, out) {
      problem.hessianVector?.(x, direction, out);
      multiplied(out, scale);
    },
    ...(residualProblem && {
      residualProblem: {
        ...residualProblem,
        valueAndJacobian(x, residuals, jacobian) {
          residualProblem.valueAndJacobian(x, residuals, jacobian);
          multiplied(residuals, Math.sqrt(scale));
          multiplied(jacobian, Math.sqrt(scale));
        },
      },
    }),
  };
}

// ---- smooth functions ------------------------------------------------------------------------------------------------

/** Σ log(1 + (aᵢ·x)²) + 0.05 ‖x‖², with rows aᵢ of different lengths: smooth, not convex. */
function smoothProblem(seed: number): Problem {
  const numbers = normal(random(seed), new Float64Array(size * size));
  const scales = uniform(fold(random(seed), 1), new Float64Array(size));
  return {
    dimension: size,
    layout: model,
    valueAndGradient(x, gradient): number {
      let value = 0;
      gradient.fill(0);
      for (let i = 0; i < size; i++) {
        let inner = 0;
        for (let j = 0; j < size; j++) inner += numbers[i * size + j] * (0.1 + scales[i]) * x[j];
        value += log(1 + inner * inner);
        const slope = (2 * inner) / (1 + inner * inner);
        for (let j = 0; j < size; j++) gradient[j] += slope * numbers[i * size + j] * (0.1 + scales[i]);
      }
      for (let j = 0; j < size; j++) {
        value += 0.05 * x[j] * x[j];
        gradient[j] += 0.1 * x[j];
      }
      return value;
    },
    hessianVector(x, direction, out) {
      out.set(direction.map((entry) => 0.1 * entry));
      for (let i = 0; i < size; i++) {
        let [inner, along] = [0, 0];
        for (let j = 0; j < size; j++) {
          inner += numbers[i * size + j] * (0.1 + scales[i]) * x[j];
          along += numbers[i * size + j] * (0.1 + scales[i]) * direction[j];
        }
        const square = inner * inner;
        const bend = (2 * (1 - square) * along) / ((1 + square) * (1 + square));
        for (let j = 0; j < size; j++) out[j] += bend * numbers[i * size + j] * (0.1 + scales[i]);
      }
    },
  };
}

/** ‖UVᵀ − M‖²/2, and the products UVᵀ along a path. */
function smoothGauge(seed: number): GaugeProblem {
  const target = normal(fold(random(seed), 6), new Float64Array(9));
  const factors = layout({ U: [3, 2], V: [3, 2] });
  const product = (x: Float64Array): Float64Array =>
    Float64Array.from({ length: 9 }, (_v, k) => {
      const [i, j] = [Math.floor(k / 3), k % 3];
      return x[2 * i] * x[6 + 2 * j] + x[2 * i + 1] * x[7 + 2 * j];
    });
  const problem: Problem = {
    dimension: 12,
    layout: factors,
    valueAndGradient(x, gradient) {
      const residual = product(x).map((w, k) => w - target[k]);
      gradient.fill(0);
      let value = 0;
      residual.forEach((r, k) => {
        const [i, j] = [Math.floor(k / 3), k % 3];
        value += (r * r) / 2;
        for (let c = 0; c < 2; c++) {
          gradient[2 * i + c] += r * x[6 + 2 * j + c];
          gradient[6 + 2 * j + c] += r * x[2 * i + c];
        }
      });
      return value;
    },
    hessianVector(x, direction, out) {
      const residual = product(x).map((w, k) => w - target[k]);
      out.fill(0);
      residual.forEach((r, k) => {
        const [i, j] = [2 * Math.floor(k / 3), 6 + 2 * (k % 3)];
        let along = 0;
        for (let c = 0; c < 2; c++) along += direction[i + c] * x[j + c] + x[i + c] * direction[j + c];
        for (let c = 0; c < 2; c++) {
          out[i + c] += along * x[j + c] + r * direction[j + c];
          out[j + c] += along * x[i + c] + r * direction[i + c];
        }
      });
    },
  };
  return { problem, product, turn: turnColumns };
}

/** Every row of U and V times Q. */
function turnColumns(x: Float64Array, q: Matrix): Float64Array {
  return x.map((_x, k) => {
    const row = 2 * Math.floor(k / 2);
    return x[row] * q.get(0, k % 2) + x[row + 1] * q.get(1, k % 2);
  });
}

export const smooth: Kind = { random: smoothProblem, gauge: smoothGauge };

// ---- sums of squares -------------------------------------------------------------------------------------------------

function withResiduals(residualProblem: ResidualProblem, own: Layout): Problem {
  return { ...sumOfSquares(residualProblem), layout: own, residualProblem };
}

/** ½ Σ (aᵢ·x + ½ (bᵢ·x)² − yᵢ)² with eight residuals: more than parameters, and curved. */
function squaresProblem(seed: number): Problem {
  const residuals = 8;
  const a = normal(fold(random(seed), 8), new Float64Array(residuals * size));
  const b = normal(fold(random(seed), 9), new Float64Array(residuals * size));
  const y = normal(fold(random(seed), 10), new Float64Array(residuals));
  const inner = (rows: Float64Array, i: number, x: Float64Array): number =>
    x.reduce((sum, entry, j) => sum + rows[i * size + j] * entry, 0);
  const own: ResidualProblem = {
    dimension: size,
    residuals,
    valueAndJacobian(x, r, jacobian) {
      for (let i = 0; i < residuals; i++) {
        const along = inner(b, i, x);
        r[i] = inner(a, i, x) + 0.5 * along * along - y[i];
        for (let j = 0; j < size; j++) jacobian[i * size + j] = a[i * size + j] + along * b[i * size + j];
      }
    },
  };
  return withResiduals(own, model);
}

/** The nine residuals of U Vᵀ − M. */
function squaresGauge(seed: number): GaugeProblem {
  const target = normal(fold(random(seed), 6), new Float64Array(9));
  const { problem, product } = smoothGauge(seed);
  const residualProblem: ResidualProblem = {
    dimension: 12,
    residuals: 9,
    valueAndJacobian(x, r, jacobian) {
      r.set(product(x).map((w, k) => w - target[k]));
      jacobian.fill(0);
      for (let k = 0; k < 9; k++)
        for (let c = 0; c < 2; c++) {
          const [i, j] = [2 * Math.floor(k / 3) + c, 6 + 2 * (k % 3) + c];
          jacobian[12 * k + i] = x[j];
          jacobian[12 * k + j] = x[i];
        }
    },
  };
  return { problem: withResiduals(residualProblem, problem.layout), product, turn: turnColumns };
}

export const squares: Kind = { random: squaresProblem, gauge: squaresGauge };

// ---- networks --------------------------------------------------------------------------------------------------------

/** So many that no weights separate the classes: undamped natural gradients would run away along them. */
const rows = 24;
const labels = Float64Array.from({ length: rows }, (_v, row) => row % 3);

/** A softmax of x W Qᵀ and a third class's logit 0, on rows x P: the Fisher matrix is regular. */
function networkProblem(seed: number, p = Matrix.identity(3), q = Matrix.identity(2)): Problem {
  const x = multiply(new Matrix(rows, 3, normal(fold(random(seed), 11), new Float64Array(3 * rows))), p).data;
  const shapes = { x: [rows, 3], q: [2, 2] } as const;
  const loss = differentiable(model, { ...shapes, label: [rows] }, (w, data) =>
    mean(softmaxCrossEntropy(pad(matmul(matmul(data.x, w.W), data.q, { transposeB: true }), 1, 0, 1), data.label)),
  );
  const network = fisherInformation(
    model,
    shapes,
    (_w, data, dense) => pad(matmul(dense(data.x, "W"), data.q, { transposeB: true }), 1, 0, 1),
    { outputs: "softmax" },
  );
  return { ...loss.on({ x, q: q.data, label: labels }), fisher: network.on({ x, q: q.data }) };
}

/** Two linear layers, x U V, and the products U V. */
function networkGauge(seed: number): GaugeProblem {
  const factors = layout({ U: [3, 2], V: [2, 3] });
  const x = normal(fold(random(seed), 11), new Float64Array(3 * rows));
  const loss = differentiable(factors, { x: [rows, 3], label: [rows] }, (w, data) =>
    mean(softmaxCrossEntropy(matmul(matmul(data.x, w.U), w.V), data.label)),
  );
  const network = fisherInformation(factors, { x: [rows, 3] }, (_w, data, dense) => dense(dense(data.x, "U"), "V"), {
    outputs: "softmax",
  });
  const parts = (w: Float64Array): [Matrix, Matrix] => [new Matrix(3, 2, w.slice(0, 6)), new Matrix(2, 3, w.slice(6))];
  return {
    problem: { ...loss.on({ x, label: labels }), fisher: network.on({ x }) },
    product: (w) => multiply(...parts(w)).data,
    turn(w, q) {
      const [u, v] = parts(w);
      return Float64Array.of(...multiply(u, q).data, ...multiply(q, v, { transposeA: true }).data);
    },
  };
}

export const networks: Kind = { random: networkProblem, gauge: networkGauge, kronecker: networkProblem };
