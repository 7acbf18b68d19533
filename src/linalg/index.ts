/** Layouts, matrices, products and decompositions. */
export { Cholesky, cholesky } from "./cholesky.ts";
export {
  addRows,
  frequentDirections,
  mergeSketches,
  restoreSketch,
  sketchEigen,
  type FrequentDirections,
} from "./frequent-directions.ts";
export { generalEigen, realSchur, type GeneralEigen, type RealSchur } from "./general-eigen.ts";
export { householderQR, type HouseholderQR } from "./householder-qr.ts";
export { inverseRoot, type InverseRootOptions } from "./inverse-root.ts";
export {
  singularValueDecomposition,
  singularValues,
  type SingularValueDecompositionOptions,
  type SingularValueOptions,
} from "./singular-value-decomposition.ts";
export { kroneckerMultiply, kroneckerProduct } from "./kronecker.ts";
export { lanczos, type LanczosOptions, type Leading, type LeadingPairs, type LeadingPairsOptions } from "./lanczos.ts";
export { LDLT, ldlt, type Inertia } from "./ldlt.ts";
export { layout, Layout, sizeOf, type Shape, type TensorSlot } from "./layout.ts";
export { leastSquares, ridgeSolution } from "./least-squares.ts";
export type { LinearOperator, SymmetricOperator } from "./linear-operator.ts";
export { lobpcg, type LobpcgOptions } from "./lobpcg.ts";
export { LU, lu, type LUSolveOptions } from "./lu.ts";
export { matrixExponential } from "./matrix-exponential.ts";
export { matrixSquareRoot } from "./matrix-square-root.ts";
export { Matrix } from "./matrix.ts";
export {
  muonCoefficients,
  newtonSchulz,
  planNewtonSchulz,
  type NewtonSchulzOptions,
  type OddQuintic,
  type PlannedNewtonSchulz,
} from "./newton-schulz.ts";
export {
  orthogonalIteration,
  type OrthogonalIteration,
  type OrthogonalIterationOptions,
} from "./orthogonal-iteration.ts";
export { orthonormalize } from "./orthonormalize.ts";
export { modifiedCholesky, type ModifiedCholesky } from "./modified-cholesky.ts";
export { estimateOneNorm, type VectorAction } from "./norm-estimate.ts";
export { euclideanNorm, frobeniusNorm, infinityNorm, oneNorm } from "./entry-norms.ts";
export { spectralNorm } from "./spectral-norm.ts";
export { pivotedQR, PivotedQR } from "./pivoted-qr.ts";
export { polarDecomposition, type PolarDecomposition } from "./polar.ts";
export { matrixWithSingularValues, spectrum, symmetricWithSpectrum, type SpectrumMode } from "./prescribed-spectrum.ts";
export {
  gram,
  multiply,
  multiplyVector,
  planProduct,
  type GramOptions,
  type MultiplyOptions,
  type MultiplyVectorOptions,
  type PlannedProduct,
  type ProductDescription,
} from "./product.ts";
export { nullSpace, pseudoInverse } from "./pseudo-inverse.ts";
export type { RankOptions } from "./rank.ts";
export { randomOrthogonal } from "./random-orthogonal.ts";
export { randomizedRange, randomizedSVD, type RandomizedOptions } from "./randomized-svd.ts";
export { SingularValueDecomposition, SymmetricEigen } from "./spectral-factors.ts";
export { jacobiEigen, symmetricEigen } from "./symmetric-eigen.ts";
export { solve } from "./solve.ts";
export { solveTriangular, type TriangularOptions } from "./triangular-solve.ts";
export type { ComplexColumns } from "./triangular-vectors.ts";
export { useWebAssembly, webAssemblyBytes } from "./webassembly/instance.ts";
