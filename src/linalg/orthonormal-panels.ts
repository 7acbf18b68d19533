/**
 * Orthonormal columns, or reflectors, in panels of singles or of thirds of doubles, without losing orthonormality: what
 * rounding has taken is given back by an r × r triangular matrix in doubles.
 *
 *   columns:     V = V' R⁻¹, with V'ᵀV' = RᵀR             (Cholesky QR)         V', Y' rounded
 *   reflectors:  I − Y' T Y'ᵀ, with T⁻¹ + T⁻ᵀ = Y'ᵀY'      orthonormal for any Y'
 *
 * Either is orthonormal to a few units of round-off of doubles, and within about 1e-7 of what was given with singles, 1e-3
 * with thirds.
 *
 * Source: C. Puglisi, Modification of the Householder method based on the compact WY representation, SIAM J. Sci. Stat.
 * Comput. 13, 1992, for T; G. H. Golub and C. F. Van Loan, Matrix Computations, 4th ed. 2013, section 5.2, for Cholesky QR.
 */
import { ArgumentError } from "../errors.ts";
import { choleskyInPlace } from "./cholesky-columns.ts";
import { Matrix } from "./matrix.ts";
import { negligibleSquare } from "./packed-thirds.ts";
import { keptMatrix, panelColumns, type PanelColumns, type Precision } from "./panel-columns.ts";
import { gram, multiplyVector } from "./product.ts";
import { substitute } from "./triangular-solve.ts";

/**
 * Panels of orthonormal columns; of doubles they are the columns as given. Cost when they are rounded: 2·d·r² operations more.
 * Throws ArgumentError, in the name of `what`, for rounded columns that depend on each other.
 */
export function orthonormalPanels(columns: Matrix, precision: Precision, what: string): PanelColumns {
  const panels = panelColumns(columns, precision);
  if (precision === "double") return panels;
  const n = columns.columns;
  const lower = gram(keptMatrix(columns, precision));
  for (let k = 0; k < n; k++) if (lower.get(k, k) < negligibleSquare) lower.set(k, k, 0);
  const place = choleskyInPlace(lower.data, n);
  if (place >= 0)
    throw new ArgumentError(
      `${what}: column ${place} of the matrix depends on those before; expected orthonormal ones.`,
    );
  // R⁻ᵀ, from L = Rᵀ.
  const correction = inverseTriangular(lower, false);
  const between = new Float64Array(n);
  function correct(c: Float64Array, transpose: boolean): void {
    multiplyVector(correction, c, { transpose, out: between });
    c.set(between);
  }
  return {
    coefficients(x, out): void {
      panels.coefficients(x, out);
      correct(out, false);
    },
    combination(start, c, out): void {
      multiplyVector(correction, c, { transpose: true, out: between });
      panels.combination(start, between, out);
    },
    update(x, change, out): void {
      const changeKept = (c: Float64Array): void => {
        correct(c, false);
        change(c);
        correct(c, true);
      };
      panels.update(x, changeKept, out);
    },
  };
}

/** T of the reflectors whose vectors are the columns of any Y; a column of zeros reflects nothing. */
export function triangleOf(reflectors: Matrix): Matrix {
  // T⁻¹: above the diagonal what YᵀY has there, on it half of that.
  const inverse = gram(reflectors);
  const { rows: n, data } = inverse;
  for (let k = 0; k < n; k++) data[k * n + k] = data[k * n + k] < negligibleSquare ? 1 : data[k * n + k] / 2;
  return inverseTriangular(inverse, true);
}

function inverseTriangular({ rows: n, data }: Matrix, upper: boolean): Matrix {
  const inverse = Matrix.identity(n);
  substitute({ data, n, upper, transpose: false, unitDiagonal: false }, inverse.data, n);
  return inverse;
}
