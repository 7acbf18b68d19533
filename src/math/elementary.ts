/** The elementary functions: the same bits on every engine, which the engines' own Math does not promise. */
export { atan, atan2 } from "./arctangent.ts";
export { cbrt } from "./cube-root.ts";
export { erf, erfc } from "./error-function.ts";
export { exp, expm1 } from "./exponential.ts";
export { asinh, cosh, sinh } from "./hyperbolic.ts";
export { tanh } from "./hyperbolic-tangent.ts";
export { hypot } from "./hypotenuse.ts";
export { lgamma } from "./log-gamma.ts";
export { log, log1p, log2 } from "./logarithm.ts";
export { pow } from "./power.ts";
export { cos, sin, tan } from "./trigonometric.ts";
