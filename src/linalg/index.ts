/** Layouts, matrices, products and decompositions. */
export { householderQR, type HouseholderQR } from "./householder-qr.ts";
export { singularValueDecomposition, singularValues, type SingularValueDecomposition } from "./jacobi-svd.ts";
export { layout, Layout, sizeOf, type Shape, type TensorSlot } from "./layout.ts";
export { Matrix } from "./matrix.ts";
export {
  gram,
  multiply,
  multiplyVector,
  planProduct,
  type MultiplyOptions,
  type MultiplyVectorOptions,
  type PlannedProduct,
  type ProductDescription,
} from "./product.ts";
export { randomOrthogonal } from "./random-orthogonal.ts";
export { jacobiEigen, symmetricEigen, type SymmetricEigen } from "./symmetric-eigen.ts";
