/**
 * Equivariance on a task: which optimizers take the same path after a random rotation of the parameters, and that EGOP
 * turns with the function, so that an optimizer in its basis takes the same path too. Paths are compared after few steps
 * from one start, by the largest distance between them relative to the length of the way.
 */
import {
  adam,
  egop,
  fullAdagrad,
  minimize,
  productBasis,
  reparameterize,
  sgd,
  type Basis,
  type EgopEstimate,
  type GradientTransformation,
} from "egop";
import { startOf } from "../training.ts";
import { pointsOf, turnOf, type Origin } from "./bases.ts";
import type { Claim } from "./claim.ts";

const steps = 20;
/** Gaps below this are round-off, above the other a different path. */
const same = 1e-6;
const different = 1e-3;
/** Beyond, a step of full-matrix Adagrad costs seconds. */
const mostForFullMatrix = 350;

export function equivarianceClaims(origin: Origin, estimate: EgopEstimate): readonly Claim[] {
  const { task, keys, samples } = origin;
  const objective = task.batches ?? task.objective;
  const turn = turnOf(task, keys);
  const path = (optimizer: GradientTransformation, basis?: Basis): Float64Array =>
    minimize(basis === undefined ? objective : reparameterize(objective, basis), {
      ...{ start: startOf(task, keys.start), optimizer, steps, key: keys.batches },
    }).parameters;
  const start = startOf(task, keys.start);
  const gap = (first: Float64Array, second: Float64Array): number => distance(first, second) / distance(first, start);
  const agrees = (claim: string, measured: number): Claim => ({
    ...{ claim, predicted: "a gap of 0", measured: measured.toExponential(0), holds: measured < same },
  });

  const slow = sgd({ learningRate: 1e-3, momentum: 0.9 });
  const full = fullAdagrad({ learningRate: 0.1 });
  const diagonal = adam({ learningRate: 0.03 });
  const turnedGap = gap(path(diagonal), path(diagonal, turn));
  const turned = egop(reparameterize(objective, turn), { points: pointsOf(task), samples, key: keys.samples });
  const [own, other] = [estimate.eigenvalues, turned.eigenvalues];
  const spectral = own.reduce((most, value, k) => Math.max(most, Math.abs(value - other[k])), 0) / own[0];
  return [
    agrees("Gradient descent with momentum takes the same path after a rotation", gap(path(slow), path(slow, turn))),
    ...(task.model.size <= mostForFullMatrix
      ? [agrees("Full-matrix Adagrad takes the same path after a rotation", gap(path(full), path(full, turn)))]
      : []),
    {
      claim: "Adam takes another path after a rotation",
      predicted: "a gap",
      measured: turnedGap.toPrecision(2),
      holds: turnedGap > different,
    },
    agrees("The EGOP of the rotated function has the same spectrum", spectral),
    agrees(
      "Adam in EGOP coordinates takes the same path after a rotation",
      gap(path(diagonal, estimate.basis()), path(diagonal, productBasis(turn, turned.basis()))),
    ),
  ];
}

function distance(a: Float64Array, b: Float64Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0));
}
