/**
 * The 18 problems of unconstrained minimization of Moré, Garbow and Hillstrom (Testing Unconstrained Optimization Software,
 * ACM TOMS 7, 1981; algorithm 566), each written once with the library's tensors, so that gradients and Hessian-vector
 * products are exact. Starts, minima and what SciPy makes of them: unconstrained.json, written by unconstrained.py.
 */
import { readFileSync } from "node:fs";
import {
  abs,
  add,
  atan,
  compiled,
  cos,
  differentiable,
  divide,
  exp,
  hessianVector,
  less,
  log,
  matmul,
  multiply,
  negate,
  reshape,
  sin,
  slice,
  sqrt,
  square,
  subtract,
  sum,
  type Tensor,
  type TensorLike,
} from "../../src/autodiff/index.ts";
import { layout } from "../../src/linalg/layout.ts";
import * as elementary from "../../src/math/elementary.ts";
import type { Objective } from "../../src/optim/objective.ts";

export interface UnconstrainedRecord {
  readonly name: string;
  readonly start: readonly number[];
  readonly valueAtStart: number;
  /** The values of the minima that the paper lists. */
  readonly minima: readonly number[];
  /** The value of the one that SciPy comes near, to all digits. */
  readonly minimum: number;
  readonly scipy: Readonly<Record<"BFGS" | "L-BFGS-B", { readonly value: number; readonly evaluations: number }>>;
}

export const unconstrainedRecords: readonly UnconstrainedRecord[] = JSON.parse(
  readFileSync(new URL("unconstrained.json", import.meta.url), "utf8"),
) as UnconstrainedRecord[];

type Data = Readonly<Record<string, readonly (number | readonly number[])[]>>;
interface Definition {
  readonly data?: Data;
  readonly loss: (x: Tensor, data: Readonly<Record<string, Tensor>>) => Tensor;
}

// ---- building stones ---------------------------------------------------------------------------------------------

const range = (count: number, f: (i: number) => number): number[] => Array.from({ length: count }, (_v, k) => f(k + 1));
const at = (x: Tensor, k: number): Tensor => reshape(slice(x, 0, k, k + 1), []);
const total = (...terms: readonly Tensor[]): Tensor => terms.reduce((a, b) => add(a, b));
const sumSquares = (x: Tensor): Tensor => sum(square(x));
const scaled = (factor: number, x: Tensor): Tensor => multiply(x, factor);
const decay = (rate: Tensor, t: Tensor): Tensor => exp(negate(multiply(rate, t)));
/** Every `width`-th element, from element k on. */
const column = (x: Tensor, width: number, k: number): Tensor =>
  reshape(slice(reshape(x, [x.size / width, width]), 1, k, k + 1), [x.size / width]);

const biggsTimes = range(13, (i) => i / 10);
const boxTimes = range(10, (i) => i / 10);
const gulfTimes = range(99, (i) => i / 100);
const gaussianHalf = [0.0009, 0.0044, 0.0175, 0.054, 0.1295, 0.242, 0.3521];
const wholeNumbers = range(10, (i) => i);
const { PI } = Math;

const definitions: Readonly<Record<string, Definition>> = {
  "helical valley": {
    loss: (x) => {
      const [x1, x2, x3] = [at(x, 0), at(x, 1), at(x, 2)];
      // The angle, half a turn more for x₁ < 0: that of atan2, from −¼ to ¾.
      const turns = add(scaled(1 / (2 * PI), atan(divide(x2, x1))), scaled(0.5, less(x1, 0)));
      const radius = sqrt(add(square(x1), square(x2)));
      return total(
        square(scaled(10, subtract(x3, scaled(10, turns)))),
        square(scaled(10, subtract(radius, 1))),
        square(x3),
      );
    },
  },
  "Biggs EXP6": {
    data: {
      t: biggsTimes,
      y: biggsTimes.map((t) => elementary.exp(-t) - 5 * elementary.exp(-10 * t) + 3 * elementary.exp(-4 * t)),
    },
    loss: (x, { t, y }) => {
      const first = multiply(at(x, 2), decay(at(x, 0), t));
      const second = multiply(at(x, 3), decay(at(x, 1), t));
      const third = multiply(at(x, 5), decay(at(x, 4), t));
      return sumSquares(subtract(add(subtract(first, second), third), y));
    },
  },
  Gaussian: {
    data: { t: range(15, (i) => (8 - i) / 2), y: [...gaussianHalf, 0.3989, ...gaussianHalf.toReversed()] },
    loss: (x, { t, y }) => {
      const square2 = square(subtract(t, at(x, 2)));
      return sumSquares(subtract(multiply(at(x, 0), exp(scaled(-0.5, multiply(at(x, 1), square2)))), y));
    },
  },
  "Powell badly scaled": {
    loss: (x) => {
      const [x1, x2] = [at(x, 0), at(x, 1)];
      const product = subtract(scaled(1e4, multiply(x1, x2)), 1);
      return add(square(product), square(subtract(add(exp(negate(x1)), exp(negate(x2))), 1.0001)));
    },
  },
  "Box three-dimensional": {
    data: { t: boxTimes, y: boxTimes.map((t) => elementary.exp(-t) - elementary.exp(-10 * t)) },
    loss: (x, { t, y }) => {
      const difference = subtract(decay(at(x, 0), t), decay(at(x, 1), t));
      return sumSquares(subtract(difference, multiply(at(x, 2), y)));
    },
  },
  "variably dimensioned": {
    data: { w: wholeNumbers },
    loss: (x, { w }) => {
      const s = sum(multiply(w, subtract(x, 1)));
      return total(sumSquares(subtract(x, 1)), square(s), square(square(s)));
    },
  },
  Watson: {
    data: {
      powers: range(29, (i) => i / 29).map((t) => range(6, (j) => t ** (j - 1))),
      slopes: range(29, (i) => i / 29).map((t) => range(6, (j) => (j === 1 ? 0 : (j - 1) * t ** (j - 2)))),
    },
    loss: (x, { powers, slopes }) => {
      const f = subtract(subtract(matmul(slopes, x), square(matmul(powers, x))), 1);
      const [x1, x2] = [at(x, 0), at(x, 1)];
      return total(sumSquares(f), square(x1), square(subtract(subtract(x2, square(x1)), 1)));
    },
  },
  "penalty I": {
    loss: (x) => add(scaled(1e-5, sumSquares(subtract(x, 1))), square(subtract(sumSquares(x), 0.25))),
  },
  "penalty II": {
    data: { y: [2, 3, 4].map((i) => elementary.exp(i / 10) + elementary.exp((i - 1) / 10)), w: [4, 3, 2, 1] },
    loss: (x, { y, w }) => {
      const e = exp(scaled(0.1, x));
      const [later, earlier] = [slice(e, 0, 1, 4), slice(e, 0, 0, 3)];
      const neighbors = sumSquares(subtract(add(later, earlier), y));
      const each = sumSquares(subtract(later, elementary.exp(-0.1)));
      const sphere = subtract(sum(multiply(w, square(x))), 1);
      return total(square(subtract(at(x, 0), 0.2)), scaled(1e-5, add(neighbors, each)), square(sphere));
    },
  },
  "Brown badly scaled": {
    loss: (x) => {
      const [x1, x2] = [at(x, 0), at(x, 1)];
      return total(square(subtract(x1, 1e6)), square(subtract(x2, 2e-6)), square(subtract(multiply(x1, x2), 2)));
    },
  },
  "Brown and Dennis": {
    data: {
      t: range(20, (i) => i / 5),
      e: range(20, (i) => elementary.exp(i / 5)),
      s: range(20, (i) => elementary.sin(i / 5)),
      c: range(20, (i) => elementary.cos(i / 5)),
    },
    loss: (x, { t, e, s, c }) => {
      const first = subtract(add(at(x, 0), multiply(t, at(x, 1))), e);
      const second = subtract(add(at(x, 2), multiply(s, at(x, 3))), c);
      return sumSquares(add(square(first), square(second)));
    },
  },
  "Gulf research and development": {
    data: { t: gulfTimes, y: gulfTimes.map((t) => 25 + (-50 * Math.log(t)) ** (2 / 3)) },
    loss: (x, { t, y }) => {
      const power = exp(multiply(at(x, 2), log(abs(subtract(y, at(x, 1))))));
      return sumSquares(subtract(exp(negate(divide(power, at(x, 0)))), t));
    },
  },
  trigonometric: {
    data: { i: wholeNumbers },
    loss: (x, { i }) => {
      const c = cos(x);
      const common: TensorLike = subtract(10, sum(c));
      return sumSquares(subtract(add(common, multiply(i, subtract(1, c))), sin(x)));
    },
  },
  "extended Rosenbrock": {
    loss: (x) => {
      const [a, b] = [column(x, 2, 0), column(x, 2, 1)];
      return add(scaled(100, sumSquares(subtract(b, square(a)))), sumSquares(subtract(1, a)));
    },
  },
  "extended Powell singular": {
    loss: (x) => {
      const [a, b, c, d] = [0, 1, 2, 3].map((k) => column(x, 4, k));
      return total(
        sumSquares(add(a, scaled(10, b))),
        scaled(5, sumSquares(subtract(c, d))),
        sumSquares(square(subtract(b, scaled(2, c)))),
        scaled(10, sumSquares(square(subtract(a, d)))),
      );
    },
  },
  Beale: {
    loss: (x) => {
      const [x1, x2] = [at(x, 0), at(x, 1)];
      const powers = [x2, square(x2), multiply(x2, square(x2))];
      return total(...[1.5, 2.25, 2.625].map((y, k) => square(subtract(y, multiply(x1, subtract(1, powers[k]))))));
    },
  },
  Wood: {
    loss: (x) => {
      const [a, b, c, d] = [0, 1, 2, 3].map((k) => at(x, k));
      return total(
        scaled(100, square(subtract(b, square(a)))),
        square(subtract(1, a)),
        scaled(90, square(subtract(d, square(c)))),
        square(subtract(1, c)),
        scaled(10, square(subtract(add(b, d), 2))),
        scaled(0.1, square(subtract(b, d))),
      );
    },
  },
  Chebyquad: {
    loss: (x) => {
      const u = subtract(scaled(2, x), 1);
      let before: TensorLike = 1;
      let now = u;
      const squares: Tensor[] = [];
      for (let i = 1; i <= x.size; i++) {
        squares.push(square(add(scaled(1 / x.size, sum(now)), i % 2 === 0 ? 1 / (i * i - 1) : 0)));
        const next: Tensor = subtract(scaled(2, multiply(u, now)), before);
        before = now;
        now = next;
      }
      return total(...squares);
    },
  },
};

/** One of the problems as an objective with exact Hessian-vector products. */
export function unconstrainedObjective({ name, start }: UnconstrainedRecord): Objective {
  const { data = {}, loss } = definitions[name];
  const n = start.length;
  const shapes = Object.fromEntries(
    Object.entries(data).map(([key, rows]) => [key, typeof rows[0] === "number" ? [rows.length] : [rows.length, 6]]),
  );
  const flat = Object.fromEntries(Object.entries(data).map(([key, rows]) => [key, rows.flat()]));
  const bound = differentiable(layout({ x: [n] }), shapes, (p, inputs) => loss(p.x, inputs)).on(flat);
  const curvature = compiled(layout({ x: [n], direction: [n] }), shapes, (p, inputs) =>
    hessianVector((x: Tensor) => loss(x, inputs))(p.x, p.direction),
  ).on(flat);
  const both = new Float64Array(2 * n);
  return {
    dimension: n,
    valueAndGradient: (point, gradientOut) => bound.valueAndGradient(point, gradientOut),
    hessianVector(point, direction, out) {
      both.set(point);
      both.set(direction, n);
      curvature(both, out);
    },
  };
}
