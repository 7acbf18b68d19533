export { layout, type Layout, type Shape } from "../linalg/layout.ts";
export { elu, gelu, geluTanh, leakyRelu, relu, sigmoid, silu, softplus } from "./activations.ts";
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
export {
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  type ConvolutionOptions,
  type TransposedConvolutionOptions,
} from "./convolution.ts";
export { checkpoint, customDerivative, stopGradient, type PullbackRule } from "./custom.ts";
export {
  compiled,
  differentiable,
  type BoundLoss,
  type CompiledFunction,
  type DifferentiableLoss,
  type DifferentiableOptions,
  type LossOnRows,
  type SampledLoss,
} from "./differentiable.ts";
export type { RowBatches } from "./data.ts";
export { dropout } from "./dropout.ts";
export {
  fisherInformation,
  type BoundFisher,
  type DenseMaker,
  type FisherInformation,
  type FisherOnRows,
  type NamedDenseLayer,
  type OutputDistribution,
  type SampledFisher,
  type TracedNetwork,
} from "./fisher.ts";
export { atan, cos, erf, exp, expm1, log, log1p, sin, sqrt, tan, tanh } from "./functions.ts";
export { gather, oneHot, scatterAdd } from "./gather.ts";
export { interpreted, type InterpretedLoss } from "./interpreted.ts";
export { concatenate, pad, slice, stack } from "./join.ts";
export { binaryCrossEntropy, crossEntropy, huber, klDivergence } from "./losses.ts";
export { affine, matmul } from "./matmul.ts";
export {
  batchNormalization,
  layerNormalization,
  type BatchNormalized,
  type NormalizationOptions,
} from "./normalization.ts";
export type { PerExampleLoss } from "./per-example.ts";
export { power } from "./power.ts";
export { argmax, cumulativeSum, max, min, norm, product, variance } from "./reductions.ts";
export { broadcastTo, sumTo } from "./repetition.ts";
export { gradients } from "./reverse.ts";
export { reshape, transpose } from "./structure.ts";
export type { Tensor } from "./tensor.ts";
export type { Data, InputShapes, Traced } from "./trace.ts";
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
export { describeProgram } from "./describe-program.ts";
export type { Program, ProgramStructure } from "./compile.ts";
export { einsum } from "./einsum.ts";
export {
  attention,
  embedding,
  gru,
  lstm,
  selfAttention,
  type AttentionWeights,
  type LstmState,
  type RecurrentWeights,
} from "./layers.ts";
export { scan, type Scanned } from "./scan.ts";
export { eigenSymmetric, expm, qrFactors, svdFactors, type EigenFactors, type SvdFactors } from "./decompositions.ts";
export { choleskyFactor, linearSolve, logAbsDeterminant, matrixInverse } from "./linear-systems.ts";
export { averagePool, maxPool, type PoolingOptions } from "./pooling.ts";
export { type PerAxis } from "./window.ts";
