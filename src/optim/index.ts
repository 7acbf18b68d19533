/** Objectives, gradient transformations, optimizers, and the loop that runs them. */
export { addWeightDecay, type AddWeightDecayState } from "./add-weight-decay.ts";
export { adagrad, type AdagradOptions } from "./adagrad.ts";
export { adam, adamw, type AdamOptions } from "./adam.ts";
export { carryState } from "./carry.ts";
export { chain } from "./chain.ts";
export type { ChainState } from "./named-chain.ts";
export { checkGradient, type GradientCheck } from "./check-gradient.ts";
export { minimize } from "./minimize.ts";
export { layoutOf, type Coordinates, type Objective, type StochasticObjective } from "./objective.ts";
export type { MinimizeOptions, Run, RunState, StepProgress, StopCriteria, StopReason } from "./run.ts";
export { scaleByAdagrad, type ScaleByAdagradOptions, type ScaleByAdagradState } from "./scale-by-adagrad.ts";
export { scaleByAdam, type ScaleByAdamOptions, type ScaleByAdamState } from "./scale-by-adam.ts";
export { scaleByLearningRate, type ScaleByLearningRateState } from "./scale-by-learning-rate.ts";
export { sgd, type SgdOptions } from "./sgd.ts";
export { stepper, type Stepper, type StepperOptions } from "./stepper.ts";
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
export { bfgs, type BfgsOptions, type BfgsState } from "./deterministic/bfgs.ts";
export {
  conjugateGradient,
  type ConjugateGradientOptions,
  type ConjugateGradientState,
} from "./deterministic/conjugate-gradient.ts";
export {
  descend,
  type DescendOptions,
  type DescentRun,
  type DescentStopCriteria,
  type DescentStopReason,
} from "./deterministic/descend.ts";
export type { Descent, DescentMethod, DescentProblem, Iterate } from "./deterministic/descent.ts";
export { gaussNewton, type GaussNewtonOptions, type GaussNewtonState } from "./deterministic/gauss-newton.ts";
export { hagerZhang, type HagerZhangOptions } from "./deterministic/hager-zhang.ts";
export { lbfgs, type LbfgsOptions, type LbfgsState } from "./deterministic/lbfgs.ts";
export {
  levenbergMarquardt,
  type LevenbergMarquardtOptions,
  type LevenbergMarquardtState,
} from "./deterministic/levenberg-marquardt.ts";
export {
  nelderMead,
  type NelderMeadOptions,
  type NelderMeadState,
  type ValueFunction,
} from "./deterministic/nelder-mead.ts";
export { newton, type NewtonOptions, type NewtonState } from "./deterministic/newton.ts";
export { sumOfSquares, type ResidualProblem } from "./deterministic/residual-problem.ts";
export type { Line, LineSearch } from "./deterministic/smooth-path.ts";
export { strongWolfe, type StrongWolfeOptions } from "./deterministic/strong-wolfe.ts";
export {
  accumulateGradients,
  skipNotFinite,
  type AccumulateGradientsState,
  type SkipNotFiniteState,
} from "./accumulate-gradients.ts";
export { byTensor, masked, type ByTensorState } from "./by-tensor.ts";
export {
  clipByNorm,
  clipByTensorNorm,
  clipByValue,
  type ClipByNormState,
  type ClipByTensorNormState,
  type ClipByValueState,
} from "./clip.ts";
export { learningRateRange, type LearningRateRange, type LearningRateRangeOptions } from "./learning-rate-range.ts";
export { reduceOnPlateau, type ReduceOnPlateauOptions, type ReduceOnPlateauState } from "./reduce-on-plateau.ts";
export {
  constantSchedule,
  cosineSchedule,
  exponentialSchedule,
  oneCycleSchedule,
  piecewiseSchedule,
  polynomialSchedule,
  stepSchedule,
  warmup,
} from "./schedules.ts";
export {
  train,
  trainAsync,
  type Batches,
  type TrainAsyncOptions,
  type TrainEpoch,
  type TrainOptions,
  type TrainRun,
  type TrainState,
  type TrainStep,
} from "./train.ts";
export { withHyperparameters, type WithHyperparametersState } from "./with-hyperparameters.ts";
export {
  fullAdagrad,
  scaleByFullAdagrad,
  type FullAdagradOptions,
  type ScaleByFullAdagradOptions,
  type ScaleByFullAdagradState,
} from "./matrix/full-adagrad.ts";
export { ggt, scaleByGgt, type GgtOptions, type ScaleByGgtOptions, type ScaleByGgtState } from "./matrix/ggt.ts";
export { muon, scaleByMuon, type MuonOptions, type ScaleByMuonOptions, type ScaleByMuonState } from "./matrix/muon.ts";
export {
  scaleByShampoo,
  shampoo,
  type ScaleByShampooOptions,
  type ScaleByShampooState,
  type ShampooOptions,
} from "./matrix/shampoo.ts";
export { scaleBySoap, soap, type ScaleBySoapOptions, type ScaleBySoapState, type SoapOptions } from "./matrix/soap.ts";
export type { DenseLayer, FisherProducts, LayerSource } from "./matrix/fisher-source.ts";
export { kfac, scaleByKfac, type KfacOptions, type ScaleByKfacOptions, type ScaleByKfacState } from "./matrix/kfac.ts";
export {
  naturalGradient,
  scaleByFisher,
  type NaturalGradientOptions,
  type ScaleByFisherOptions,
  type ScaleByFisherState,
} from "./matrix/natural-gradient.ts";
