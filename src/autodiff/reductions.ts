/**
 * Reductions over all elements or along one axis: extremes, products, norms, variances, running sums, and the place of
 * the largest. Sums run in ascending order with one accumulator; products pair by pair.
 */
import { ArgumentError } from "../errors.ts";
import { sizeOf, type Shape } from "../linalg/layout.ts";
import { divide, mean, multiply, square, subtract, sum } from "./arithmetic.ts";
import { abs, equal, where } from "./comparisons.ts";
import { stopGradient } from "./custom.ts";
import { sqrt } from "./functions.ts";
import { concatenate, slice } from "./join.ts";
import { linear } from "./linear.ts";
import { sumTo } from "./repetition.ts";
import { reshape } from "./structure.ts";
import { apply, axisOf, requireTensor, type Primitive, type Tensor } from "./tensor.ts";

/** x as [outer, length, inner] around one axis; over all elements [1, size, 1]. */
function around(name: string, x: Tensor, axis: number | undefined): { split: Tensor; kept: Shape; dropped: Shape } {
  requireTensor(x, name);
  if (axis === undefined) return { split: reshape(x, [1, x.size, 1]), kept: x.shape.map(() => 1), dropped: [] };
  const at = axisOf(name, x, axis);
  const split = reshape(x, [sizeOf(x.shape.slice(0, at)), x.shape[at], sizeOf(x.shape.slice(at + 1))]);
  const kept = x.shape.map((length, a) => (a === at ? 1 : length));
  return { split, kept, dropped: x.shape.filter((_length, a) => a !== at) };
}

/** Input [outer, length, inner], output [outer, inner]; `sign` −1 takes the smallest. */
const extremePrimitive = (name: "max" | "min"): Primitive => {
  const sign = name === "max" ? 1 : -1;
  const primitive: Primitive = {
    name,
    shape: ([x]) => [...x.slice(0, -2), x[x.length - 1]],
    kernel([x], output): () => void {
      const [length, inner] = x.shape.slice(-2);
      return () => {
        const { array: from } = x;
        const { array: to } = output;
        let out = output.offset;
        for (let start = x.offset; start < x.offset + x.size; start += length * inner)
          for (let first = start; first < start + inner; first++) {
            let best = from[first];
            for (let j = 1, at = first + inner; j < length; j++, at += inner) {
              const value = from[at];
              // The first comparison keeps a NaN that was met.
              if (!(sign * value <= sign * best) && best === best) best = value;
            }
            to[out++] = best;
          }
      };
    },
    jvp: ([x], output, [tangent]) => tangent && sum(multiply(shares(x, output), tangent), -2),
    pullback: ([x], output, cotangent) => [multiply(shares(x, output), withAxis(cotangent))],
    batch: ([x]) => apply(primitive, x),
  };
  return primitive;
};

/** [outer, inner] as [outer, 1, inner]. */
function withAxis(x: Tensor): Tensor {
  return reshape(x, [...x.shape.slice(0, -1), 1, x.shape[x.shape.length - 1]]);
}

/** How much of an extreme each element is: ties share it equally. */
function shares(x: Tensor, extreme: Tensor): Tensor {
  const ties = equal(x, withAxis(extreme));
  return divide(ties, withAxis(sum(ties, -2)));
}

/**
 * The largest element of all (a scalar), or along one axis, which is dropped; a negative axis counts from the last.
 * Equal largest elements share the derivative. NaN anywhere gives NaN. Throws ShapeError for an axis x does not have.
 *
 * @example compiled(model, {}, (p) => max(p.W, 0)).shape // [2]
 */
export function max(x: Tensor, axis?: number): Tensor {
  const { split, dropped } = around("max", x, axis);
  return reshape(apply(extremePrimitive("max"), split), dropped);
}

/** The smallest element; see `max`. @example compiled(model, {}, (p) => min(p.W, 0)).shape // [2] */
export function min(x: Tensor, axis?: number): Tensor {
  const { split, dropped } = around("min", x, axis);
  return reshape(apply(extremePrimitive("min"), split), dropped);
}

/**
 * The product of all elements, or along one axis, which is dropped, pair by pair: of n elements, the first ⌈n/2⌉ times
 * the others, and again. Right where elements are 0, also in all derivatives. Throws ShapeError as `max`.
 *
 * @example compiled(model, {}, (p) => product(p.W)).on({})(new Float64Array(8).fill(2)) // [64]
 */
export function product(x: Tensor, axis?: number): Tensor {
  const { split, dropped } = around("product", x, axis);
  let rest = split;
  for (let length = rest.shape[1]; length > 1; length = rest.shape[1]) {
    const half = Math.ceil(length / 2);
    const pairs = multiply(slice(rest, 1, 0, length - half), slice(rest, 1, half, length));
    rest = length % 2 === 0 ? pairs : concatenate([pairs, slice(rest, 1, half - 1, half)], 1);
  }
  return reshape(rest, dropped);
}

/** Input and output [outer, length, inner]; from the end on where `reverse`. */
const cumulativePrimitive = (reverse: boolean): Primitive => {
  const primitive = linear({
    name: "cumulativeSum",
    attributes: { reverse },
    overwrites: [0],
    shape: ([x]) => x,
    kernel([x], output): () => void {
      const [length, inner] = x.shape.slice(-2);
      const step = reverse ? -inner : inner;
      const first = reverse ? (length - 1) * inner : 0;
      return () => {
        for (let block = 0; block < x.size; block += length * inner)
          for (let i = 0; i < inner; i++) {
            let total = 0;
            for (let k = 0, at = block + first + i; k < length; k++, at += step)
              output.array[output.offset + at] = total += x.array[x.offset + at];
          }
      };
    },
    transpose: (cotangent) => apply(cumulativePrimitive(!reverse), cotangent),
    batch: ([x]) => apply(primitive, x),
  });
  return primitive;
};

/**
 * The running sums along an axis: element k of the result is the sum of elements 0 … k. Throws ShapeError as `max`.
 *
 * @example compiled(layout({ x: [3] }), {}, (p) => cumulativeSum(p.x, 0)).on({})(Float64Array.of(1, 2, 3)) // [1, 3, 6]
 */
export function cumulativeSum(x: Tensor, axis: number): Tensor {
  return reshape(apply(cumulativePrimitive(false), around("cumulativeSum", x, axis).split), x.shape);
}

/**
 * The 1-, 2- (default) or ∞-norm of all elements, or along one axis, which is dropped. The 2-norm neither overflows nor
 * loses small elements at 1e±300; its derivative at 0 is taken as 0. Throws ArgumentError for another order, ShapeError
 * as `max`.
 *
 * @example compiled(layout({ x: [2] }), {}, (p) => norm(p.x)).on({})(Float64Array.of(3e200, 4e200)) // [5e200]
 */
export function norm(x: Tensor, options: { readonly axis?: number; readonly order?: number } = {}): Tensor {
  const { axis, order = 2 } = options;
  const { kept, dropped } = around("norm", x, axis);
  if (order === 1) return sum(abs(x), axis);
  if (order === Infinity) return max(abs(x), axis);
  if (order !== 2) throw new ArgumentError(`norm: the order is ${order}; expected 1, 2 or Infinity.`);
  // Scaled by the largest element; the scale cancels, so it needs no derivative, and none is taken.
  const largest = reshape(max(stopGradient(abs(x)), axis), kept);
  const scale = where(equal(largest, 0), 1, largest);
  const squares = reshape(sumTo(square(divide(x, scale)), kept), kept);
  const isZero = equal(squares, 0);
  return reshape(multiply(scale, where(isZero, 0, sqrt(where(isZero, 1, squares)))), dropped);
}

/**
 * The mean squared distance from the mean, over all elements or along one axis, which is dropped: the sum is divided by
 * the number of elements, not by one less. Throws ShapeError as `max`.
 *
 * @example compiled(layout({ x: [2] }), {}, (p) => variance(p.x)).on({})(Float64Array.of(1, 5)) // [4]
 */
export function variance(x: Tensor, axis?: number): Tensor {
  const center = reshape(mean(x, axis), around("variance", x, axis).kept);
  return mean(square(subtract(x, center)), axis);
}

/** Input [outer, length, inner], output [outer, inner]. */
const argmaxPrimitive: Primitive = {
  name: "argmax",
  discrete: [0],
  shape: ([x]) => [...x.slice(0, -2), x[x.length - 1]],
  kernel([x], output): () => void {
    const [length, inner] = x.shape.slice(-2);
    return () => {
      for (let k = 0; k < output.size; k++) {
        const at = x.offset + (k - (k % inner)) * length + (k % inner);
        let best = 0;
        for (let j = 1; j < length; j++) if (x.array[at + j * inner] > x.array[at + best * inner]) best = j;
        output.array[output.offset + k] = best;
      }
    };
  },
  jvp: () => undefined,
  pullback: () => [undefined],
  batch: ([x]) => apply(argmaxPrimitive, x),
};

/**
 * The place of the largest element (the first of equals) along one axis, by default the last, which is dropped: whole
 * numbers, so differentiating through it throws ArgumentError. Throws ShapeError as `max`.
 *
 * @example compiled(layout({ x: [3] }), {}, (p) => argmax(p.x)).on({})(Float64Array.of(1, 7, 2)) // [1]
 */
export function argmax(x: Tensor, axis = -1): Tensor {
  const { split, dropped } = around("argmax", x, axis);
  return reshape(apply(argmaxPrimitive, split), dropped);
}
