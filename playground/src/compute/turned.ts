/**
 * A surface turned by an angle. The optimizer sees g(x) = f(Qᵀx), where Q turns by the angle and f is the surface in its
 * own coordinates u = Qᵀx; start and sampled points turn along, so that nothing is different but the axes. An optimizer
 * that does not notice the axes makes the same path in u at every angle.
 */
import { denseBasis, egop, gaussian, Matrix, reparameterize, type BoundLoss, type Objective } from "egop";
import { cos, sin } from "egop/math";
import { keysOf } from "../../../lab/src/tasks/keys.ts";
import { parseExpression } from "../expression/parse.ts";
import { sideBySide, type Descent, type Rates } from "./descents.ts";
import { objectiveOf, valuesOn } from "./own-objective.ts";
import { surfaces, type SurfaceName } from "./surfaces.ts";

export interface TurnedSettings {
  readonly surface: SurfaceName;
  /** In degrees, counterclockwise. */
  readonly angle: number;
  readonly steps: number;
  readonly rates: Rates;
  /** Gradients in the estimate. */
  readonly samples: number;
  readonly seed: number;
}

/** What is drawn of a surface at an angle. */
export interface TurnedResult {
  /** Paths are in the surface's own coordinates. */
  readonly descents: readonly Descent[];
  readonly eigenvalues: Float64Array;
  /** The eigenvectors in the optimizer's coordinates, 2 × 2, row by row; they are the columns. */
  readonly eigenvectors: Float64Array;
  readonly density: number;
}

/** The surface in its own coordinates. */
export function surfaceObjective(name: SurfaceName): BoundLoss {
  return objectiveOf(parseExpression(surfaces[name].formula));
}

/** The heights of a surface, size × size, over the square around the disc that is shown. */
export function surfaceHeights(name: SurfaceName, size: number): Float64Array {
  const { formula, radius } = surfaces[name];
  return valuesOn(parseExpression(formula), { center: [0, 0], radius }, size);
}

function turn(surface: Objective, degrees: number): Objective {
  const radians = (degrees * Math.PI) / 180;
  const [c, s] = [cos(radians), sin(radians)];
  // u = Qᵀ x: the columns of Qᵀ.
  return reparameterize(surface, denseBasis(new Matrix(2, 2, Float64Array.of(c, s, -s, c))));
}

function estimateOf(turned: Objective, settings: TurnedSettings): ReturnType<typeof egop> {
  const { start, deviation } = surfaces[settings.surface];
  const points = gaussian({ mean: Float64Array.from(start), standardDeviation: deviation });
  return egop(turned, { points, samples: settings.samples, key: keysOf(settings.seed).samples });
}

/** All runs on a surface at one angle. */
export function runTurned(surface: Objective, settings: TurnedSettings): TurnedResult {
  const turned = turn(surface, settings.angle);
  const estimate = estimateOf(turned, settings);
  const start = Float64Array.from(surfaces[settings.surface].start);
  const { rates, steps } = settings;
  return {
    descents: sideBySide(turned, estimate.basis(), { rates, start, steps }),
    eigenvalues: estimate.eigenvalues,
    eigenvectors: estimate.eigenvectors.data.slice(),
    density: estimate.density(),
  };
}

/** The angles of a sweep; beyond 90° everything repeats, for a quarter turn only renames the axes. */
export const sweptAngles: readonly number[] = Array.from({ length: 31 }, (_value, k) => 3 * k);

/**
 * The last values of the runs at one angle of a sweep, in the order of `sideBySide`; NaN where a run diverged.
 */
export function lastLosses(surface: Objective, settings: TurnedSettings): Float64Array {
  const turned = turn(surface, settings.angle);
  const basis = estimateOf(turned, settings).basis();
  const start = Float64Array.from(surfaces[settings.surface].start);
  const { rates, steps } = settings;
  const last = sideBySide(turned, basis, { rates, start, steps }).map(({ losses, divergedAt }) =>
    divergedAt === undefined ? losses[steps] : NaN,
  );
  return Float64Array.from(last);
}
