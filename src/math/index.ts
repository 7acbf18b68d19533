/** Elementary functions with the same bits on every engine, and random draws that depend on a key alone. */
export {
  asinh,
  atan,
  atan2,
  cbrt,
  cos,
  cosh,
  erf,
  erfc,
  exp,
  expm1,
  hypot,
  lgamma,
  log,
  log1p,
  log2,
  pow,
  sin,
  sinh,
  tan,
  tanh,
} from "./elementary.ts";
export { fold, integers, normal, permutation, random, subset, uniform, type Key, type SubsetDraw } from "./random.ts";
