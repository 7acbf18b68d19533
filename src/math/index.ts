/** Elementary functions with the same bits on every engine, and random draws that depend on a key alone. */
export { exp, expm1, log, log1p, tanh } from "./elementary.ts";
export { fold, integers, normal, permutation, random, subset, uniform, type Key, type SubsetDraw } from "./random.ts";
