/** Dropout: elements are zeroed at random, by a key, so that the same key gives the same bits. */
import { ArgumentError, ShapeError } from "../errors.ts";
import { sizeOf, type Shape } from "../linalg/layout.ts";
import { uniform, type Key } from "../math/random.ts";
import { multiply } from "./arithmetic.ts";
import { constant } from "./repetition.ts";
import { stack } from "./join.ts";
import { apply, requireTensor, Tensor, type Primitive } from "./tensor.ts";

/** Input: the four words of a key, along the last axis; output: for each key a mask of 0 and 1 / (1 − rate). */
const maskPrimitive = (shape: Shape, rate: number): Primitive => {
  const primitive: Primitive = {
    name: "dropoutMask",
    attributes: { shape, rate },
    piecewiseConstant: true,
    shape([words]): Shape {
      if (words[words.length - 1] !== 4) throw new ShapeError("a key has four words.");
      return [...words.slice(0, -1), ...shape];
    },
    kernel([words], output): () => void {
      const size = sizeOf(shape);
      const kept = 1 / (1 - rate);
      return () => {
        for (let k = 0; k < words.size / 4; k++) {
          const [a, b, c, d] = words.array.subarray(words.offset + 4 * k, words.offset + 4 * k + 4);
          const start = output.offset + k * size;
          const mask = uniform({ words: [a, b, c, d] }, output.array.subarray(start, start + size));
          for (let i = 0; i < size; i++) mask[i] = mask[i] < rate ? 0 : kept;
        }
      };
    },
    jvp: () => undefined,
    pullback: () => [undefined],
    batch: ([words]) => apply(primitive, words),
  };
  return primitive;
};

/**
 * x with each element zeroed with probability `rate` and the others multiplied by 1 / (1 − rate), so that the mean stays
 * (N. Srivastava et al., Dropout, 2014, in the form that needs nothing at test time: there, leave it out). The key is a
 * Key, for one mask for good, or a tensor [4] that holds a key's words: an input of the traced function, which `onBatches`
 * fills anew for each evaluation when told so. Throws ArgumentError for a rate outside 0 to 1, ShapeError for another
 * tensor.
 *
 * @example compiled(layout({ x: [3] }), {}, (p) => dropout(p.x, 0, key)).on({})(Float64Array.of(1, 2, 3)) // [1, 2, 3]
 */
export function dropout(x: Tensor, rate: number, key: Key | Tensor): Tensor {
  requireTensor(x, "dropout");
  if (!(rate >= 0 && rate < 1))
    throw new ArgumentError(`dropout: the rate is ${rate}; expected a number from 0 to below 1.`);
  const words = key instanceof Tensor ? key : stack(key.words.map((word) => constant(x.graph, word)));
  return multiply(x, apply(maskPrimitive(x.shape, rate), words));
}
