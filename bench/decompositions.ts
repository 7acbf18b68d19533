/**
 * The decompositions and matrix functions beyond those of linear-algebra.ts, beside ml-matrix, numpy-ts, mathjs and numeric,
 * small sizes first: where embedded users live. LAPACK on one thread from 64 on, where Python has SciPy.
 * (numpy-ts has no general eigenvalues that are complex: its row would compare with something else.)
 *
 * Run: npm run bench -- decompositions
 */
import { create, all, type Matrix as MathMatrix } from "mathjs";
import * as ml from "ml-matrix";
import numeric from "numeric";
import * as np from "numpy-ts";
import type { Matrix } from "egop";
import {
  frobeniusNorm,
  generalEigen,
  jacobiEigen,
  kroneckerProduct,
  leastSquares,
  matrixExponential,
  oneNorm,
  pivotedQR,
  pseudoInverse,
  singularValues,
} from "egop/linalg";
import { dispose, randomMatrix, randomSymmetric } from "./linear-algebra.ts";
import { pythonMilliseconds } from "./python.ts";
import type { Row, Suite } from "./row.ts";
import { compare, type Comparison, type Contestant } from "./side-by-side.ts";

const calculator = create(all);
const allSizes = [2, 4, 8, 16, 64, 256];
const lapackSizes: readonly number[] = [64, 256];

/** One random matrix, kept from one run to the next in the form that its library has. */
const ours =
  (run: (a: Matrix) => unknown, make = square): Contestant =>
  (n) => {
    const a = make(n);
    return () => run(a);
  };
const mlMatrix =
  (run: (a: ml.Matrix) => unknown, make = square): Contestant =>
  (n) => {
    const a = new ml.Matrix(make(n).toRows());
    return () => run(a);
  };
const numpy =
  (run: (a: np.NumpyArray) => unknown): Contestant =>
  (n) => {
    const a = np.array(square(n).toRows());
    return () => dispose(run(a));
  };
const mathJs =
  (run: (a: MathMatrix) => unknown): Contestant =>
  (n) => {
    const a = calculator.matrix(square(n).toRows());
    return () => run(a);
  };
const numericJs =
  (run: (a: number[][]) => unknown): Contestant =>
  (n) => {
    const a = square(n).toRows();
    return () => run(a);
  };

function square(n: number): Matrix {
  return randomMatrix(n, n);
}

/** What is compared, and what lapack.py calls the same. */
const comparisons: readonly (Omit<Comparison, "sizes"> & { sizes?: readonly number[]; lapack?: string })[] = [
  {
    name: "general eigen",
    ours: ours((a) => generalEigen(a)),
    reusing: (n) => {
      const a = square(n);
      const out = generalEigen(a);
      return () => generalEigen(a, { out });
    },
    peers: {
      "ml-matrix": mlMatrix((a) => new ml.EigenvalueDecomposition(a)),
      numeric: numericJs((a) => numeric.eig(a)),
    },
    lapack: "general",
  },
  {
    name: "singular values alone",
    ours: ours((a) => singularValues(a)),
    reusing: (n) => {
      const a = square(n);
      const out = singularValues(a);
      return () => singularValues(a, { out });
    },
    peers: {
      "ml-matrix": mlMatrix(
        (a) =>
          new ml.SingularValueDecomposition(a, {
            computeLeftSingularVectors: false,
            computeRightSingularVectors: false,
          }),
      ),
      "numpy-ts": numpy((a) => np.linalg.svdvals(a)),
    },
    lapack: "values",
  },
  {
    name: "least squares, 2n × n",
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
      "numpy-ts": (n) => {
        const a = np.array(randomMatrix(2 * n, n).toRows());
        const b = np.array([...randomMatrix(2 * n, 1).data]);
        return () => dispose(np.linalg.lstsq(a, b));
      },
    },
    lapack: "least",
  },
  { name: "pivoted qr", ours: ours((a) => pivotedQR(a)), peers: {}, lapack: "pivoted" },
  {
    name: "pseudo-inverse",
    ours: ours((a) => pseudoInverse(a)),
    peers: {
      "ml-matrix": mlMatrix((a) => ml.pseudoInverse(a)),
      "numpy-ts": numpy((a) => np.linalg.pinv(a)),
      mathjs: mathJs((a) => calculator.pinv(a)),
    },
    lapack: "pseudo",
  },
  {
    name: "exponential",
    ours: ours(matrixExponential),
    peers: { mathjs: mathJs((a) => calculator.expm(a)) },
    lapack: "exponential",
  },
  {
    name: "kronecker product",
    sizes: [2, 4, 8, 16],
    ours: ours((a) => kroneckerProduct(a, a)),
    reusing: (n) => {
      const a = square(n);
      const [factors, out] = [[a, a], kroneckerProduct(a, a)];
      return () => kroneckerProduct(factors, { out });
    },
    peers: {
      "ml-matrix": mlMatrix((a) => a.kroneckerProduct(a)),
      "numpy-ts": numpy((a) => np.kron(a, a)),
      mathjs: mathJs((a) => calculator.kron(a, a)),
    },
  },
  {
    name: "frobenius norm",
    ours: ours(frobeniusNorm),
    peers: {
      "ml-matrix": mlMatrix((a) => a.norm()),
      "numpy-ts": numpy((a) => np.linalg.norm(a)),
      mathjs: mathJs((a) => calculator.norm(a, "fro")),
      numeric: numericJs((a) => numeric.norm2(a)),
    },
  },
  { name: "1-norm", ours: ours(oneNorm), peers: { mathjs: mathJs((a) => calculator.norm(a, 1)) } },
  {
    name: "symmetric eigen by Jacobi",
    sizes: [2, 4, 8, 16],
    ours: ours(jacobiEigen, randomSymmetric),
    peers: {
      "ml-matrix (tridiagonal)": mlMatrix(
        (a) => new ml.EigenvalueDecomposition(a, { assumeSymmetric: true }),
        randomSymmetric,
      ),
    },
  },
];

export const decompositions: Suite = {
  name: "decompositions",
  run(report) {
    for (const { lapack, sizes = allSizes, ...comparison } of comparisons) {
      const own = new Map<number, number>();
      compare({ ...comparison, sizes }, (row) => {
        own.set(row.size, row.milliseconds);
        report(row);
      });
      if (lapack === undefined) continue;
      for (const size of lapackSizes) {
        const milliseconds = own.get(size);
        const peerMilliseconds = pythonMilliseconds("lapack.py", [lapack, size]);
        if (milliseconds === undefined || peerMilliseconds === null) continue;
        const row: Row = { name: comparison.name, size, milliseconds, peer: "LAPACK", peerMilliseconds, ratio: 0 };
        report({ ...row, ratio: peerMilliseconds / milliseconds });
      }
    }
  },
};
