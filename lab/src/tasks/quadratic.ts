/**
 * The theory's own picture: f(x) = ½ xᵀ H x with a chosen spectrum, hᵢ = i^−decay, and eigenvectors that lie between the
 * coordinate axes (density 1/d) and random directions (density about 0.64). EGOP's eigenbasis is that of H.
 */
import { fold, gaussian, layout, Matrix, type Key, type Objective } from "egop";
import { householderQR, multiply, multiplyVector } from "egop/linalg";
import { gaussianMatrix } from "./decaying.ts";
import type { Task } from "./task.ts";

const dimension = 40;

/** How far the eigenvectors are from the axes (0: on them, 1: anywhere), and how fast the spectrum decays. */
export interface QuadraticSettings {
  readonly spread: number;
  readonly decay: number;
}

/** How a quadratic is asked for by name: "quadratic-decay-2-spread-0.3". */
export type QuadraticName = `quadratic-decay-${number}-spread-${number}`;

export function quadraticName({ decay, spread }: QuadraticSettings): QuadraticName {
  return `quadratic-decay-${decay}-spread-${spread}`;
}

export function isQuadratic(name: string): name is QuadraticName {
  return /^quadratic-decay-\d+(\.\d+)?-spread-\d+(\.\d+)?$/.test(name);
}

/** The numbers in a name. */
export function quadraticSettings(name: QuadraticName): QuadraticSettings {
  const [, , decay, , spread] = name.split("-");
  return { decay: Number(decay), spread: Number(spread) };
}

/** H = Q diag(i^−decay) Qᵀ, with Q the orthogonal factor of (1 − spread) I + spread G/√d. */
function hessian({ spread, decay }: QuadraticSettings, key: Key): Matrix {
  const mixture = gaussianMatrix(dimension, dimension, key);
  mixture.data.forEach((entry, k) => {
    const onDiagonal = k % (dimension + 1) === 0 ? 1 - spread : 0;
    mixture.data[k] = onDiagonal + (spread * entry) / Math.sqrt(dimension);
  });
  const q = householderQR(mixture).q();
  const scaled = new Matrix(dimension, dimension);
  for (let i = 0; i < dimension; i++)
    for (let k = 0; k < dimension; k++) scaled.set(i, k, q.get(i, k) * (k + 1) ** -decay);
  return multiply(scaled, q, { transposeB: true });
}

export function quadratic(settings: QuadraticSettings): (folder: string, key: Key) => Task {
  return (_folder, key) => {
    const h = hessian(settings, fold(key, 0));
    const objective: Objective = {
      dimension,
      valueAndGradient(point, gradientOut): number {
        multiplyVector(h, point, { out: gradientOut });
        let value = 0;
        for (let i = 0; i < dimension; i++) value += 0.5 * point[i] * gradientOut[i];
        return value;
      },
      hessianVector(_point, direction, out): void {
        multiplyVector(h, direction, { out });
      },
    };
    return {
      title: `Quadratic, 40 parameters, spectrum i^−${settings.decay}, spread ${settings.spread}`,
      description: "½ xᵀ H x with a chosen spectrum and chosen directions of its eigenvectors",
      citation: "made by key",
      model: layout({ x: [dimension] }),
      objective,
      points: gaussian({ mean: new Float64Array(dimension), standardDeviation: 1 }),
      start: "standard normal; EGOP samples from the same distribution",
      gradientOperations: 2 * dimension * dimension,
      // EGOP = c² H² for points around the minimum.
      decay: 2 * settings.decay,
    };
  };
}
