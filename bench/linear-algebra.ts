/**
 * Products and decompositions beside ml-matrix, numpy-ts, mathjs and numeric, and beside LAPACK where SciPy is there; one
 * thread, float64. Then pictures of how time and memory grow with the size.
 * Peers are given the input in their own storage before the clock runs. Rows "NAME, into out" are for loops that keep one result and overwrite
 * it, at small sizes: numpy-ts, whose results are given back, does not allocate them either.
 *
 * Run: npm run bench -- linear-algebra
 */
import { create, all } from "mathjs";
import * as ml from "ml-matrix";
import numeric from "numeric";
import * as np from "numpy-ts";
import { Matrix } from "egop";
import {
  cholesky,
  gram,
  householderQR,
  multiply,
  singularValueDecomposition,
  solve,
  symmetricEigen,
  useWebAssembly,
} from "egop/linalg";
import { logLogDrawing, logLogPlot } from "./log-log-plot.ts";
import { pythonMilliseconds } from "./python.ts";
import type { Row, Suite } from "./row.ts";
import { compare, type Comparison, race } from "./side-by-side.ts";

const math = create(all);

/** Entries from -1 to 1, the same for a size in every run. */
export function randomMatrix(rows: number, columns: number): Matrix {
  const matrix = new Matrix(rows, columns);
  let state = 12345;
  for (let i = 0; i < matrix.data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    matrix.data[i] = state / 2 ** 31;
  }
  return matrix;
}

export function randomSymmetric(n: number): Matrix {
  const matrix = randomMatrix(n, n);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) matrix.set(i, j, matrix.get(j, i));
  return matrix;
}

/** Symmetric positive definite. */
export function randomDefinite(n: number): Matrix {
  const matrix = gram(randomMatrix(n, n));
  for (let i = 0; i < n; i++) matrix.set(i, i, matrix.get(i, i) + 1);
  return matrix;
}

/** What numpy-ts returns lies in memory of its own, which is to be given back. */
export function dispose(result: unknown): void {
  if (typeof result !== "object" || result === null) return;
  if ("dispose" in result) (result as { dispose(): void }).dispose();
  else for (const part of Object.values(result)) dispose(part);
}

const ones = (n: number): Float64Array => new Float64Array(n).fill(1);

/** The comparisons at the given sizes. */
export function comparisons(sizes: readonly number[]): Comparison[] {
  return [
    {
      name: "product",
      sizes,
      ours: (n) => {
        const [a, out] = [randomMatrix(n, n), new Matrix(n, n)];
        return () => multiply(a, a, { out });
      },
      peers: {
        "ml-matrix": (n) => {
          const a = new ml.Matrix(randomMatrix(n, n).toRows());
          return () => a.mmul(a);
        },
        "numpy-ts": (n) => {
          const a = np.array(randomMatrix(n, n).toRows());
          return () => dispose(np.matmul(a, a));
        },
        mathjs: (n) => {
          const a = math.matrix(randomMatrix(n, n).toRows());
          return () => math.multiply(a, a);
        },
        numeric: (n) => {
          const a = randomMatrix(n, n).toRows();
          return () => numeric.dot(a, a);
        },
      },
    },
    {
      name: "symmetric eigen",
      sizes,
      ours: (n) => {
        const a = randomSymmetric(n);
        return () => symmetricEigen(a);
      },
      reusing: (n) => {
        const a = randomSymmetric(n);
        const out = symmetricEigen(a);
        return () => symmetricEigen(a, { out });
      },
      peers: {
        "ml-matrix": (n) => {
          const a = new ml.Matrix(randomSymmetric(n).toRows());
          return () => new ml.EigenvalueDecomposition(a, { assumeSymmetric: true });
        },
        "numpy-ts": (n) => {
          const a = np.array(randomSymmetric(n).toRows());
          return () => dispose(np.linalg.eigh(a));
        },
        mathjs: (n) => {
          const a = math.matrix(randomSymmetric(n).toRows());
          return () => math.eigs(a);
        },
        numeric: (n) => {
          const a = randomSymmetric(n).toRows();
          return () => numeric.eig(a);
        },
      },
    },
    {
      name: "svd",
      sizes,
      ours: (n) => {
        const a = randomMatrix(n, n);
        return () => singularValueDecomposition(a);
      },
      reusing: (n) => {
        const a = randomMatrix(n, n);
        const out = singularValueDecomposition(a);
        return () => singularValueDecomposition(a, { out });
      },
      peers: {
        "ml-matrix": (n) => {
          const a = new ml.Matrix(randomMatrix(n, n).toRows());
          return () => new ml.SingularValueDecomposition(a);
        },
        "numpy-ts": (n) => {
          const a = np.array(randomMatrix(n, n).toRows());
          return () => dispose(np.linalg.svd(a));
        },
        numeric: (n) => {
          const a = randomMatrix(n, n).toRows();
          return () => numeric.svd(a);
        },
      },
    },
    {
      name: "qr with q and r",
      sizes,
      ours: (n) => {
        const a = randomMatrix(n, n);
        return () => {
          const factors = householderQR(a);
          return [factors.q(), factors.r()];
        };
      },
      reusing: (n) => {
        const a = randomMatrix(n, n);
        const out = householderQR(a);
        const [q, r] = [out.q(), out.r()];
        return () => {
          householderQR(a, { out });
          out.q({ out: q });
          out.r({ out: r });
        };
      },
      peers: {
        "ml-matrix": (n) => {
          const a = new ml.Matrix(randomMatrix(n, n).toRows());
          return () => {
            const factors = new ml.QrDecomposition(a);
            return [factors.orthogonalMatrix, factors.upperTriangularMatrix];
          };
        },
        "numpy-ts": (n) => {
          const a = np.array(randomMatrix(n, n).toRows());
          return () => dispose(np.linalg.qr(a));
        },
        mathjs: (n) => {
          const a = math.matrix(randomMatrix(n, n).toRows());
          return () => math.qr(a);
        },
      },
    },
    {
      name: "lu solve",
      sizes,
      ours: (n) => {
        const [a, b] = [randomMatrix(n, n), ones(n)];
        return () => solve(a, b);
      },
      reusing: (n) => {
        const [a, b, out] = [randomMatrix(n, n), ones(n), ones(n)];
        return () => solve(a, b, { out });
      },
      peers: {
        "ml-matrix": (n) => {
          const [a, b] = [new ml.Matrix(randomMatrix(n, n).toRows()), ml.Matrix.columnVector([...ones(n)])];
          return () => new ml.LuDecomposition(a).solve(b);
        },
        "numpy-ts": (n) => {
          const [a, b] = [np.array(randomMatrix(n, n).toRows()), np.array([...ones(n)])];
          return () => dispose(np.linalg.solve(a, b));
        },
        mathjs: (n) => {
          const [a, b] = [math.matrix(randomMatrix(n, n).toRows()), math.matrix([...ones(n)])];
          return () => math.lusolve(a, b);
        },
        numeric: (n) => {
          const [a, b] = [randomMatrix(n, n).toRows(), [...ones(n)]];
          return () => numeric.solve(a, b);
        },
      },
    },
    {
      name: "cholesky solve",
      sizes,
      ours: (n) => {
        const [a, b] = [randomDefinite(n), ones(n)];
        return () => cholesky(a).solve(b);
      },
      reusing: (n) => {
        const [a, b, x] = [randomDefinite(n), ones(n), ones(n)];
        const out = cholesky(a);
        return () => cholesky(a, { out }).solve(b, { out: x });
      },
      peers: {
        "ml-matrix": (n) => {
          const [a, b] = [new ml.Matrix(randomDefinite(n).toRows()), ml.Matrix.columnVector([...ones(n)])];
          return () => new ml.CholeskyDecomposition(a).solve(b);
        },
        // It has no triangular solutions.
        "numpy-ts (with two solves)": (n) => {
          const [a, b] = [np.array(randomDefinite(n).toRows()), np.array([...ones(n)])];
          return () => {
            const l = np.linalg.cholesky(a);
            const transposed = np.transpose(l);
            const y = np.linalg.solve(l, b);
            dispose([l, transposed, y, np.linalg.solve(transposed, y)]);
          };
        },
      },
    },
    {
      name: "cholesky, factor alone",
      sizes,
      ours: (n) => {
        const a = randomDefinite(n);
        return () => cholesky(a);
      },
      reusing: (n) => {
        const a = randomDefinite(n);
        const out = cholesky(a);
        return () => cholesky(a, { out });
      },
      peers: {
        "ml-matrix": (n) => {
          const a = new ml.Matrix(randomDefinite(n).toRows());
          return () => new ml.CholeskyDecomposition(a);
        },
        "numpy-ts": (n) => {
          const a = np.array(randomDefinite(n).toRows());
          return () => dispose(np.linalg.cholesky(a));
        },
      },
    },
  ];
}

/** Our rows' names, and what LAPACK does the same by in lapack.py. */
const lapackOperations: Readonly<Record<string, string>> = {
  product: "product",
  "symmetric eigen": "eigen",
  svd: "svd",
  "qr with q and r": "qr",
  "lu solve": "lu",
  "cholesky solve": "cholesky",
};
const lapackSizes: readonly number[] = [64, 256, 512, 1024];

/** The product by the kernel in JavaScript alone, beside the fastest peer in JavaScript. */
function compareWithoutWebAssembly(report: (row: Row) => void): void {
  useWebAssembly(false);
  const [product] = comparisons([64, 256, 512, 1024]);
  const { "ml-matrix": peer } = product.peers;
  compare({ ...product, name: "product, JavaScript alone", peers: { "ml-matrix": peer } }, report);
  useWebAssembly(true);
}

/** Time and memory from 64 to 2048: the exponents should be 3 and 2. */
function drawGrowth(print: (text: string) => void, draw: (name: string, drawing: string) => void): void {
  const sizes = [64, 128, 256, 512, 1024, 2048];
  const operations = comparisons(sizes).filter(({ name }) => name in lapackOperations);
  const times = operations.map(({ name, ours }) => ({
    name,
    points: sizes.map((size): [number, number] => {
      const run = ours(size);
      for (const start = performance.now(); performance.now() - start < 20;) run();
      return [size, race({ run }).get("run") ?? NaN];
    }),
  }));
  const timeOptions = { title: "Time grows as n³", x: "n", y: "milliseconds" };
  print(logLogPlot(times, timeOptions));
  draw("linear-algebra-time-by-size", logLogDrawing(times, timeOptions));
  const memory = operations.map(({ name, ours }) => ({
    name,
    points: sizes.map((size): [number, number] => [size, allocatedBytes(() => ours(size)) / 2 ** 20]),
  }));
  const memoryOptions = { title: "Memory grows as n²", x: "n", y: "MiB" };
  print(logLogPlot(memory, memoryOptions));
  draw("linear-algebra-memory-by-size", logLogDrawing(memory, memoryOptions));
}

/** Bytes of all arrays of doubles that one run makes, whether or not they live on; the kernels' own memory apart. */
function allocatedBytes(prepare: () => () => unknown): number {
  const original = Float64Array;
  let bytes = 0;
  const counting = new Proxy(original, {
    construct(target, given: unknown[], made) {
      const array = Reflect.construct(target, given, made) as Float64Array;
      if (!(given[0] instanceof ArrayBuffer)) bytes += array.byteLength;
      return array;
    },
  });
  const { prototype } = original as unknown as { readonly prototype: { constructor: unknown } };
  globalThis.Float64Array = counting;
  // `slice` and its kin ask an array for its constructor.
  prototype.constructor = counting;
  try {
    const run = prepare();
    bytes = 0;
    run();
    return bytes;
  } finally {
    globalThis.Float64Array = original;
    prototype.constructor = original;
  }
}

export const linearAlgebra: Suite = {
  name: "linear-algebra",
  run(report, print, draw) {
    for (const comparison of comparisons([2, 4, 8, 16, 64, 256, 512, 1024])) {
      const own = new Map<number, number>();
      compare(comparison, (row) => {
        own.set(row.size, row.milliseconds);
        report(row);
      });
      if (!(comparison.name in lapackOperations)) continue;
      const operation = lapackOperations[comparison.name];
      for (const size of lapackSizes) {
        const milliseconds = own.get(size);
        const peerMilliseconds = pythonMilliseconds("lapack.py", [operation, size]);
        if (milliseconds === undefined || peerMilliseconds === null) continue;
        const [peer, ratio] = ["LAPACK", peerMilliseconds / milliseconds];
        report({ name: comparison.name, size, milliseconds, peer, peerMilliseconds, ratio });
      }
    }
    compareWithoutWebAssembly(report);
    drawGrowth(print, draw);
  },
};
