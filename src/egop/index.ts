/** Sampling, the expected gradient outer product and its estimate, bases, and objectives in them. */
export { accumulate, type AccumulateOptions } from "./accumulate.ts";
export {
  egopUntilSettled,
  subspaceDistance,
  type SettledEstimate,
  type SettlingOptions,
  type SettlingRound,
} from "./adaptive.ts";
export { advise, rankCorrelation, type Advice, type AdviceOptions, type WholeBasisName } from "./advice.ts";
export type { SmoothnessSums, Uncertain } from "./advice-smoothness.ts";
export type { CostedBasis } from "./basis-costs.ts";
export { denseBasis, identityBasis, randomBasis, type Basis, type BasisCost, type PlacedBasis } from "./basis.ts";
export type { BasisData } from "./basis-data.ts";
export { basisFromJSON } from "./basis-from-json.ts";
export { changeOfBasis, type BasisChange, type SquaresRule } from "./change-of-basis.ts";
export { egop, EgopEstimate, estimateFrom, estimateOf, type EgopOptions } from "./estimate.ts";
export type { BasisOptions } from "./estimate-basis.ts";
export type { ExampleObjective } from "./example-objective.ts";
export { hadamardBasis } from "./hadamard-basis.ts";
export { inBasis, type InBasisOptions, type InBasisState } from "./in-basis.ts";
export { householderBasis, type Completion, type HouseholderBasis } from "./householder-basis.ts";
export {
  convolutionBasis,
  kroneckerBasis,
  kroneckerFactorBasis,
  type KroneckerFactorBasis,
  type KroneckerFactors,
} from "./kronecker-basis.ts";
export {
  auxiliaryBasis,
  projectLeak,
  reducedBasis,
  type AuxiliaryBasis,
  type ProjectLeakState,
  type DirectionOptions,
  type ReducedOptions,
} from "./low-rank-basis.ts";
export type { Precision } from "../linalg/panel-columns.ts";
export {
  kroneckerMarginals,
  tensorBlocks,
  type BlocksForm,
  type ExactForm,
  type FrequentDirectionsForm,
  type KroneckerForm,
  type MomentForm,
  type RandomizedForm,
  type SamplesForm,
  type Weighting,
} from "./moment-form.ts";
export { coveredSamples, emptyMoments, type MomentNode, type MomentState } from "./moment-state.ts";
export { mergeMoments } from "./moment-tree.ts";
export { productBasis, type ProductBasis } from "./product-basis.ts";
export { chooseRank, type RankChoice } from "./rank-choice.ts";
export {
  basisDrift,
  minimizeWithRefresh,
  type Refresh,
  type RefreshedRun,
  type RefreshOptions,
  type RefreshState,
} from "./refresh.ts";
export { reparameterize, type Reparameterized } from "./reparameterize.ts";
export {
  alongPath,
  gaussian,
  initialization,
  listedPoints,
  uniformBall,
  uniformBox,
  type InitializationScheme,
  type SamplingDistribution,
} from "./sampling.ts";
export type { Marginals, SecondMoment } from "./second-moment.ts";
export type { Spectrum } from "./spectrum.ts";
export { blockBasis, unionBasis, type BasisPart } from "./union-basis.ts";
export {
  inTrackedBasis,
  type TrackedBasisOptions,
  type TrackedBasisState,
  type TrackedSides,
} from "./tracked-basis.ts";
