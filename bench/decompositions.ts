/**
 * The decompositions and matrix functions beyond products, QR, SVD and the symmetric eigenproblem, beside ml-matrix, mathjs
 * and numeric, small sizes first: where embedded users live.
 *
 * Run: npm run bench -- decompositions
 */
import { create, all } from "mathjs";
import * as ml from "ml-matrix";
import numeric from "numeric";
import {
  generalEigen,
  kroneckerProduct,
  leastSquares,
  matrixExponential,
  pivotedQR,
  pseudoInverse,
  singularValueDecomposition,
  symmetricEigen,
} from "egop/linalg";
import { randomMatrix, randomSymmetric } from "./linear-algebra.ts";
import type { Suite } from "./row.ts";
import { compare, type Comparison } from "./side-by-side.ts";

const math = create(all);

function comparisons(sizes: readonly number[]): Comparison[] {
  const small = sizes.filter((size) => size <= 16);
  return [
    {
      name: "general eigen",
      sizes,
      ours: (n) => {
        const a = randomMatrix(n, n);
        return () => generalEigen(a);
      },
      peers: {
        "ml-matrix": (n) => {
          const a = new ml.Matrix(randomMatrix(n, n).toRows());
          return () => new ml.EigenvalueDecomposition(a);
        },
        numeric: (n) => {
          const a = randomMatrix(n, n).toRows();
          return () => numeric.eig(a);
        },
      },
    },
    {
      name: "least squares, 2n × n",
      sizes,
      ours: (n) => {
        const [a, b] = [randomMatrix(2 * n, n), randomMatrix(2 * n, 1).data];
        return () => leastSquares(a, b);
      },
      peers: {
        "ml-matrix (plain QR)": (n) => {
          const a = new ml.Matrix(randomMatrix(2 * n, n).toRows());
          const b = ml.Matrix.columnVector(randomMatrix(2 * n, 1).data);
          return () => new ml.QrDecomposition(a).solve(b);
        },
        "ml-matrix (SVD)": (n) => {
          const a = new ml.Matrix(randomMatrix(2 * n, n).toRows());
          const b = ml.Matrix.columnVector(randomMatrix(2 * n, 1).data);
          return () => ml.solve(a, b, true);
        },
      },
    },
    {
      name: "pivoted qr",
      sizes,
      ours: (n) => {
        const a = randomMatrix(n, n);
        return () => pivotedQR(a);
      },
      peers: {},
    },
    {
      name: "pseudo-inverse",
      sizes,
      ours: (n) => {
        const a = randomMatrix(n, n);
        return () => pseudoInverse(a);
      },
      peers: {
        "ml-matrix": (n) => {
          const a = new ml.Matrix(randomMatrix(n, n).toRows());
          return () => ml.pseudoInverse(a);
        },
      },
    },
    {
      name: "exponential",
      sizes,
      ours: (n) => {
        const a = randomMatrix(n, n);
        return () => matrixExponential(a);
      },
      peers: {
        mathjs: (n) => {
          const a = math.matrix(randomMatrix(n, n).toRows());
          return () => math.expm(a);
        },
      },
    },
    {
      name: "kronecker product",
      sizes: small,
      ours: (n) => {
        const a = randomMatrix(n, n);
        return () => kroneckerProduct(a, a);
      },
      peers: {
        "ml-matrix": (n) => {
          const a = new ml.Matrix(randomMatrix(n, n).toRows());
          return () => a.kroneckerProduct(a);
        },
      },
    },
    {
      name: "small symmetric eigen",
      sizes: small,
      ours: (n) => {
        const a = randomSymmetric(n);
        return () => symmetricEigen(a);
      },
      peers: {
        "ml-matrix": (n) => {
          const a = new ml.Matrix(randomSymmetric(n).toRows());
          return () => new ml.EigenvalueDecomposition(a, { assumeSymmetric: true });
        },
      },
    },
    {
      name: "small svd",
      sizes: small,
      ours: (n) => {
        const a = randomMatrix(n, n);
        return () => singularValueDecomposition(a);
      },
      peers: {
        "ml-matrix": (n) => {
          const a = new ml.Matrix(randomMatrix(n, n).toRows());
          return () => new ml.SingularValueDecomposition(a);
        },
      },
    },
  ];
}

export const decompositions: Suite = {
  name: "decompositions",
  run(report) {
    for (const comparison of comparisons([4, 8, 16, 64, 256])) compare(comparison, report);
  },
};
