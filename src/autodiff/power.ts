/** Powers with whole and with other exponents, correctly rounded but for a unit or two by src/math's `pow`. */
import { pow } from "../math/elementary.ts";
import { add, asTensors, multiply, subtract, type TensorLike } from "./arithmetic.ts";
import { equal, where } from "./comparisons.ts";
import { binary } from "./elementwise.ts";
import { log } from "./functions.ts";
import { isConstant } from "./repetition.ts";
import { apply, type Tensor } from "./tensor.ts";

const powerPrimitive = /* @__PURE__ */ binary(
  "power",
  (length, a, i, stepA, b, j, stepB, to, out) => {
    for (let k = 0; k < length; k++, i += stepA, j += stepB) to[out + k] = pow(a[i], b[j]);
  },
  [
    // Where the exponent is 0 the power is constant, also at base 0, where 0⁻¹ would spoil it.
    (by, a, b) => multiply(by, where(equal(b, 0), 0, multiply(b, power(a, subtract(b, where(equal(b, 0), 0, 1)))))),
    // 0ᵇ is 0 for all b > 0: no derivative in b there, where the logarithm is infinite.
    (by, a, b, output) => multiply(by, multiply(output, log(where(equal(a, 0), 1, a)))),
  ],
  add,
);

/**
 * aᵇ element by element, broadcast. A negative base has whole exponents only, and no derivative in the exponent: NaN.
 * Throws ShapeError for shapes that do not broadcast.
 *
 * @example compiled(layout({ x: [2] }), {}, (p) => power(p.x, 3)).on({})(Float64Array.of(2, -1)) // [8, -1]
 */
export function power(a: TensorLike, b: TensorLike): Tensor {
  const [base, exponent] = asTensors("power", a, b);
  return isConstant(exponent, 1) ? base : apply(powerPrimitive, base, exponent);
}
