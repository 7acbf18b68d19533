export { elu, geluTanh, leakyRelu, relu, sigmoid, silu, softplus } from "./activations.ts";
export { add, divide, mean, multiply, negate, square, subtract, sum, type TensorLike } from "./arithmetic.ts";
export { logSoftmax, logSumExp, softmax, softmaxCrossEntropy } from "./classification.ts";
export {
  abs,
  equal,
  greater,
  greaterOrEqual,
  less,
  lessOrEqual,
  maximum,
  minimum,
  sign,
  where,
} from "./comparisons.ts";
export { checkpoint, customDerivative, stopGradient, type PullbackRule } from "./custom.ts";
export {
  compiled,
  differentiable,
  type BoundLoss,
  type CompiledFunction,
  type Data,
  type DifferentiableLoss,
  type InputShapes,
  type SampledLoss,
  type Traced,
} from "./differentiable.ts";
export { exp, expm1, log, log1p, sqrt, tanh } from "./functions.ts";
export { affine, matmul } from "./matmul.ts";
export { broadcastTo, sumTo } from "./repetition.ts";
export { gradients } from "./reverse.ts";
export { pad, reshape, slice, transpose } from "./structure.ts";
export type { Tensor } from "./tensor.ts";
export {
  gradient,
  hessian,
  hessianVector,
  jacobian,
  jvp,
  valueAndGradient,
  vjp,
  vmap,
  type ExampleAxes,
} from "./transformations.ts";
export type { Tensors } from "./tree.ts";
