/** A Kronecker basis that follows the gradients of a run: SOAP as one of the EGOP family. */
import { describe, expect, it } from "vitest";
import { inTrackedBasis, type TrackedBasisState } from "../../src/egop/index.ts";
import { householderQR } from "../../src/linalg/householder-qr.ts";
import { layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiply } from "../../src/linalg/product.ts";
import { randomOrthogonal } from "../../src/linalg/random-orthogonal.ts";
import { symmetricEigen } from "../../src/linalg/symmetric-eigen.ts";
import { normal, random } from "../../src/math/random.ts";
import {
  adam,
  adamw,
  chain,
  minimize,
  scaleByAdam,
  scaleByLearningRate,
  soap,
  stateToText,
  type GradientTransformation,
  type Objective,
  type ScaleByAdamState,
} from "../../src/optim/index.ts";

const largestDifference = (a: Float64Array, b: Float64Array): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i])));

describe("a basis that follows the run", () => {
  const [rows, columns] = [4, 3];
  const matrixModel = layout({ W: [rows, columns], b: [columns] });
  const size = matrixModel.size;
  const mixing = randomOrthogonal(size, random(2));
  const objective: Objective = {
    dimension: size,
    layout: matrixModel,
    valueAndGradient(x, gradient): number {
      const turned = multiply(mixing, new Matrix(size, 1, x), { transposeA: true }).data;
      const scaled = turned.map((value, i) => (value - 1) / (1 + i));
      gradient.set(multiply(mixing, new Matrix(size, 1, scaled)).data);
      return turned.reduce((sum, value, i) => sum + ((value - 1) * scaled[i]) / 2, 0);
    },
  };
  const begin = normal(random(3), new Float64Array(size));

  /** SOAP of the paper's reference code for one matrix, slow and obvious; the vector gets plain Adam. */
  function soapPath(steps: number, rate: number, decay: number): Float64Array[] {
    const [beta1, beta2, epsilon, every] = [0.95, 0.95, 1e-8, 10];
    const x = begin.slice();
    const gradient = new Float64Array(size);
    const [m, v] = [0, 0].map(() => new Float64Array(size));
    let [left, right] = [new Matrix(rows, rows), new Matrix(columns, columns)];
    let [ql, qr] = [left, right];
    const lerp = (moment: Matrix, fresh: Matrix): Matrix =>
      new Matrix(
        moment.rows,
        moment.columns,
        moment.data.map((value, k) => beta2 * value + (1 - beta2) * fresh.data[k]),
      );
    const part = (flat: Float64Array): Matrix => new Matrix(rows, columns, flat.slice(0, rows * columns));
    const project = (flat: Float64Array): Float64Array => {
      const result = flat.slice();
      result.set(multiply(multiply(ql, part(flat), { transposeA: true }), qr).data);
      return result;
    };
    const back = (flat: Float64Array): Float64Array => {
      const result = flat.slice();
      result.set(multiply(multiply(ql, part(flat)), qr, { transposeB: true }).data);
      return result;
    };
    /** Columns sorted by their Rayleigh quotients, one power step, QR. */
    const refreshedSide = (moment: Matrix, q: Matrix): { q: Matrix; order: number[] } => {
      const quotients = multiply(q, multiply(moment, q), { transposeA: true });
      const order = [...Array(q.columns).keys()].sort((i, j) => quotients.get(j, j) - quotients.get(i, i));
      const sorted = Matrix.fromRows(q.toRows().map((row) => order.map((k) => row[k])));
      return { q: householderQR(multiply(moment, sorted)).q(), order };
    };
    const path = [x.slice()];
    for (let t = 0; t < steps; t++) {
      objective.valueAndGradient(x, gradient);
      const g = part(gradient);
      left = lerp(left, multiply(g, g, { transposeB: true }));
      right = lerp(right, multiply(g, g, { transposeA: true }));
      if (t === 0) {
        [ql, qr] = [symmetricEigen(left).vectors, symmetricEigen(right).vectors];
      } else {
        const rotated = project(gradient);
        rotated.forEach((value, i) => {
          m[i] = beta1 * m[i] + (1 - beta1) * value;
          v[i] = beta2 * v[i] + (1 - beta2) * value * value;
        });
        // ε beside the corrected root, as Adam here has it.
        const step = m.map((value, i) => value / (1 - beta1 ** t) / (Math.sqrt(v[i] / (1 - beta2 ** t)) + epsilon));
        const move = back(step);
        x.forEach((value, i) => (x[i] = value - rate * (move[i] + decay * value)));
        if (t % every === 0) {
          const momentum = back(m);
          const [l, r] = [refreshedSide(left, ql), refreshedSide(right, qr)];
          const old = v.slice();
          l.order.forEach((i, k) => r.order.forEach((j, n) => (v[k * columns + n] = old[i * columns + j])));
          [ql, qr] = [l.q, r.q];
          m.set(project(momentum));
        }
      }
      path.push(x.slice());
    }
    return path;
  }

  it("is SOAP, with Adam inside, a power step at each renewal and the squares kept", () => {
    for (const weightDecay of [0, 0.1]) {
      const adamInside = adamw({ learningRate: 0.02, beta1: 0.95, beta2: 0.95, weightDecay });
      const points: Float64Array[] = [];
      const optimizer = inTrackedBasis(adamInside);
      minimize(objective, { start: begin, optimizer, steps: 60, onStep: (at) => void points.push(at.parameters()) });
      soapPath(60, 0.02, weightDecay).forEach((expected, t) =>
        expect(largestDifference(points[t], expected), `step ${t}`).toBeLessThan(1e-9),
      );
    }
  });

  it("is the optimizer soap, with ε added to the uncorrected root as there", () => {
    const betas = { beta1: 0.95, beta2: 0.95 };
    const inside: GradientTransformation<ScaleByAdamState> = {
      ...scaleByAdam(betas),
      update(gradient, state, parameters): void {
        const epsilon = 1e-8 / Math.sqrt(1 - 0.95 ** (state.step + 1));
        scaleByAdam({ ...betas, epsilon }).update(gradient, state, parameters);
      },
    };
    const pathOf = (optimizer: GradientTransformation): Float64Array[] => {
      const points: Float64Array[] = [];
      minimize(objective, { start: begin, optimizer, steps: 60, onStep: (at) => void points.push(at.parameters()) });
      return points;
    };
    const path = pathOf(inTrackedBasis(chain(inside, scaleByLearningRate(0.02))));
    pathOf(soap({ learningRate: 0.02, weightDecay: 0 })).forEach((expected, t) =>
      expect(largestDifference(path[t], expected), `step ${t}`).toBeLessThan(1e-7),
    );
  });

  it("goes on from a saved or copied state with the same bits, through renewals by eigenvectors too", () => {
    for (const renewal of ["power", "eigen"] as const)
      for (const squares of ["keep", "overlap", "restart"] as const) {
        const inner = chain(scaleByAdam(), scaleByLearningRate(0.02));
        const optimizer = inTrackedBasis(inner, { every: 4, renewal, squares });
        const whole = minimize(objective, { start: begin, optimizer, steps: 20 });
        const half = minimize(objective, { start: begin, optimizer, steps: 10 });
        const text = stateToText(half.state);
        const rest = minimize(objective, { resume: text, optimizer, steps: 10 });
        expect(rest.parameters).toEqual(whole.parameters);
        const copy = structuredClone(half.state.optimizer) as TrackedBasisState;
        const gradient = new Float64Array(size);
        objective.valueAndGradient(half.parameters, gradient);
        const again = gradient.slice();
        optimizer.update(gradient, half.state.optimizer as TrackedBasisState, half.parameters);
        optimizer.update(again, copy, half.parameters);
        expect(again).toEqual(gradient);
      }
  });

  it("refuses options out of their range", () => {
    expect(() => inTrackedBasis(adam(), { decay: 1 })).toThrow("decay is 1");
    expect(() => inTrackedBasis(adam(), { every: 0.5 })).toThrow("every is 0.5");
    expect(() => inTrackedBasis(adam(), { renewal: "x" as "power" })).toThrow('renewal is "x"');
  });
});
