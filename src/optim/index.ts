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
