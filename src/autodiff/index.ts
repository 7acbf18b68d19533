export {
  add,
  divide,
  mean,
  multiply,
  negate,
  square,
  subtract,
  sum,
  broadcastTo,
  sumTo,
  type TensorLike,
} from "./arithmetic.ts";
export { logSumExp, softmax, softmaxCrossEntropy } from "./classification.ts";
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
export { abs, exp, log, log1p, relu, sigmoid, sign, softplus, sqrt, tanh } from "./elementwise.ts";
export { affine, matmul } from "./matmul.ts";
export { gradients } from "./reverse.ts";
export { pad, reshape, slice, transpose } from "./structure.ts";
export type { Tensor } from "./tensor.ts";
