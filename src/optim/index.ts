/** Objectives, gradient transformations, optimizers, and the loop that runs them. */
export { addWeightDecay, type AddWeightDecayState } from "./add-weight-decay.ts";
export { adagrad, type AdagradOptions } from "./adagrad.ts";
export { adam, adamw, type AdamOptions } from "./adam.ts";
export { carryState } from "./carry.ts";
export { chain, type ChainState } from "./chain.ts";
export { checkGradient, type GradientCheck } from "./check-gradient.ts";
export { minimize } from "./minimize.ts";
export { layoutOf, type Coordinates, type Objective, type StochasticObjective } from "./objective.ts";
export type { MinimizeOptions, Run, RunState, StepProgress, StopCriteria, StopReason } from "./run.ts";
export { scaleByAdagrad, type ScaleByAdagradOptions, type ScaleByAdagradState } from "./scale-by-adagrad.ts";
export { scaleByAdam, type ScaleByAdamOptions, type ScaleByAdamState } from "./scale-by-adam.ts";
export { scaleByLearningRate, type ScaleByLearningRateState } from "./scale-by-learning-rate.ts";
export { sgd, type SgdOptions } from "./sgd.ts";
export { parseState, stateFromText, stateToText, type StateTextOptions } from "./state-text.ts";
export { trace, type TraceOptions, type TraceState } from "./trace.ts";
export type {
  CoordinateChange,
  GradientTransformation,
  Moments,
  Schedule,
  TransformationState,
} from "./transformation.ts";
export {
  adabelief,
  scaleByBelief,
  type AdabeliefOptions,
  type ScaleByBeliefOptions,
  type ScaleByBeliefState,
} from "./adabelief.ts";
export {
  adadelta,
  scaleByAdadelta,
  type AdadeltaOptions,
  type ScaleByAdadeltaOptions,
  type ScaleByAdadeltaState,
} from "./adadelta.ts";
export {
  adagradNorm,
  scaleByAdagradNorm,
  type AdagradNormOptions,
  type ScaleByAdagradNormOptions,
  type ScaleByAdagradNormState,
} from "./adagrad-norm.ts";
export {
  adamax,
  scaleByAdamax,
  type AdamaxOptions,
  type ScaleByAdamaxOptions,
  type ScaleByAdamaxState,
} from "./adamax.ts";
export { adan, scaleByAdan, type AdanOptions, type ScaleByAdanOptions, type ScaleByAdanState } from "./adan.ts";
export {
  amsgrad,
  scaleByAmsgrad,
  type AmsgradOptions,
  type ScaleByAmsgradOptions,
  type ScaleByAmsgradState,
} from "./amsgrad.ts";
export { lion, scaleByLion, type LionOptions, type ScaleByLionOptions, type ScaleByLionState } from "./lion.ts";
export { nadam, scaleByNadam, type NadamOptions, type ScaleByNadamOptions, type ScaleByNadamState } from "./nadam.ts";
export { radam, scaleByRadam, type RadamOptions, type ScaleByRadamOptions, type ScaleByRadamState } from "./radam.ts";
export {
  rmsprop,
  scaleByRms,
  type RmspropOptions,
  type ScaleByCenteredRmsState,
  type ScaleByRmsOptions,
  type ScaleByRmsState,
} from "./rmsprop.ts";
export {
  scalarAdam,
  scaleByScalarAdam,
  type ScalarAdamOptions,
  type ScaleByScalarAdamOptions,
  type ScaleByScalarAdamState,
} from "./scalar-adam.ts";
export { scaleByYogi, yogi, type ScaleByYogiOptions, type ScaleByYogiState, type YogiOptions } from "./yogi.ts";
export {
  scaleBySign,
  signDescent,
  signum,
  type ScaleBySignState,
  type SignDescentOptions,
  type SignumOptions,
} from "./signum.ts";
export { rprop, scaleByRprop, type RpropOptions, type ScaleByRpropState } from "./rprop.ts";
export {
  lamb,
  lars,
  scaleByLars,
  scaleByTrustRatio,
  type LambOptions,
  type LarsOptions,
  type ScaleByLarsOptions,
  type ScaleByLarsState,
  type ScaleByTrustRatioState,
} from "./layerwise.ts";
export {
  adafactor,
  scaleByFactors,
  scaleByParameterSize,
  type AdafactorOptions,
  type ScaleByFactorsOptions,
  type ScaleByFactorsState,
  type ScaleByParameterSizeState,
} from "./adafactor.ts";
export {
  exponentialAverage,
  polyakAverage,
  type ExponentialAverageState,
  type PolyakAverageState,
} from "./average-parameters.ts";
export { scheduleFreeAdamw, type ScheduleFreeAdamwOptions, type ScheduleFreeState } from "./schedule-free.ts";
export { prodigy, scaleByProdigy, type ProdigyOptions, type ScaleByProdigyState } from "./prodigy.ts";
