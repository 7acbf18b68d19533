/**
 * The front door: layouts and keys, automatic differentiation, optimizers, EGOP, and the errors that all of them throw.
 *
 * The numerical floors beneath have doors of their own: `egop/math` (elementary functions, random draws) and
 * `egop/linalg` (matrix products and decompositions); `egop/autodiff`, `egop/optim` and `egop/egop` are parts of this one.
 */
export * from "./errors.ts";
export { layout, Layout, type Shape, type TensorSlot } from "./linalg/layout.ts";
export { Matrix } from "./linalg/matrix.ts";
export { fold, random, type Key } from "./math/random.ts";
export * from "./autodiff/index.ts";
export * from "./optim/index.ts";
export * from "./egop/index.ts";
