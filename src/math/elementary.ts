/** The elementary functions: the same bits on every engine, which the engines' own Math does not promise. */
export { exp, expm1 } from "./exponential.ts";
export { tanh } from "./hyperbolic-tangent.ts";
export { log, log1p } from "./logarithm.ts";
