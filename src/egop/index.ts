export { blockBasis, denseBasis, identityBasis, randomBasis, type Basis } from "./basis.ts";
export { egop, EgopEstimate, type BasisOptions, type EgopOptions } from "./estimate.ts";
export { reparameterize, type Reparameterized } from "./reparameterize.ts";
export {
  gaussian,
  initialization,
  listedPoints,
  type InitializationScheme,
  type SamplingDistribution,
} from "./sampling.ts";
