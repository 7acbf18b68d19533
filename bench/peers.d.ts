/** The parts that the benchmarks call of peers without types, or with types that do not resolve. */
declare module "numeric" {
  const numeric: {
    dot(a: number[][], b: number[][]): number[][];
    eig(a: number[][]): unknown;
    svd(a: number[][]): unknown;
    solve(a: number[][], b: number[]): number[];
    inv(a: number[][]): number[][];
    norm2(a: number[][]): number;
  };
  export default numeric;
}

declare module "numpy-ts" {
  export interface NumpyArray {
    readonly shape: number[];
  }
  export function array(data: number[][] | number[]): NumpyArray;
  export function matmul(a: NumpyArray, b: NumpyArray): NumpyArray;
  export function transpose(a: NumpyArray): NumpyArray;
  export function kron(a: NumpyArray, b: NumpyArray): NumpyArray;
  export const linalg: {
    eigh(a: NumpyArray): unknown;
    svd(a: NumpyArray): unknown;
    qr(a: NumpyArray): unknown;
    cholesky(a: NumpyArray): NumpyArray;
    solve(a: NumpyArray, b: NumpyArray): NumpyArray;
    inv(a: NumpyArray): NumpyArray;
    lstsq(a: NumpyArray, b: NumpyArray): unknown;
    norm(a: NumpyArray): unknown;
    pinv(a: NumpyArray): NumpyArray;
    svdvals(a: NumpyArray): unknown;
  };
}
