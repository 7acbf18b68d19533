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
