/**
 * The sums of coordinate smoothness: Σᵢⱼ |Hᵢⱼ|, the constant in Adam's and Adagrad's bounds, is least in the eigenbasis of
 * the Hessian, where it is the nuclear norm; after reparameterization at most sr/(βd) of it should remain where the
 * Hessian is positive semidefinite. Means over points of the sampling distribution.
 */
import { fold, type Advice, type EgopEstimate } from "egop";
import type { ExperimentKeys } from "../tasks/keys.ts";
import type { Task } from "../tasks/task.ts";
import { columnsOf, hessianAt, inCoordinates, rowSums, spectralFacts } from "./curvature.ts";
import { pointsOf } from "./bases.ts";
import type { Claim } from "./claim.ts";
import { median } from "./statistics.ts";

/** Whole Hessians are looked at up to this many parameters, at so many points. */
const mostForWhole = 350;
const places = 5;

export function smoothnessClaims(
  task: Task,
  keys: ExperimentKeys,
  estimate: EgopEstimate,
  { bound, smoothness }: Advice,
): readonly Claim[] {
  const objective = task.batches ?? task.objective;
  if (objective.hessianVector === undefined || smoothness === undefined || !(smoothness.gain.value > 0)) return [];
  const said = bound < 1 ? `at most ${bound.toPrecision(2)}` : `at most ${bound.toPrecision(2)}, which says nothing`;
  if (task.model.size > mostForWhole) {
    const { gain } = smoothness;
    const remains = 1 / gain.value;
    const error = (2 * gain.standardError) / gain.value ** 2;
    return [
      {
        claim: "Of the smoothness sum at most sr/(βd) remains in EGOP coordinates",
        predicted: said,
        measured: `${remains.toPrecision(2)} ± ${error.toPrecision(1)}`,
        holds: bound >= 1 ? null : remains - error <= bound,
      },
      lowered(remains + error < 1 ? true : remains - error > 1 ? false : null, remains),
    ];
  }
  const columns = columnsOf(estimate.basis());
  const point = new Float64Array(task.model.size);
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  const ratios = Array.from({ length: places }, (_value, index) => {
    const own = fold(fold(keys.samples, 1_000_000), index);
    pointsOf(task).draw(own, point, index);
    const hessian = hessianAt(objective, point, fold(own, 1));
    if (hessian === undefined) return { remains: NaN, least: NaN, ideal: NaN, idealBound: NaN };
    const [before, after] = [hessian, inCoordinates(hessian, columns)].map((matrix) => sum(rowSums(matrix)));
    const { nuclear, bound: idealBound } = spectralFacts(hessian);
    return { remains: after / before, least: nuclear / after, ideal: nuclear / before, idealBound };
  }).filter(({ remains }) => Number.isFinite(remains));
  if (ratios.length === 0) return [];
  const remains = median(ratios.map((each) => each.remains));
  const least = median(ratios.map((each) => each.least));
  const ideal = median(ratios.map((each) => each.ideal));
  const idealBound = median(ratios.map((each) => each.idealBound));
  return [
    {
      claim: "In the Hessian's own eigenbasis at most sr/(βd) of the smoothness sum remains",
      predicted: `at most ${idealBound.toPrecision(2)}, exact for a positive semidefinite Hessian`,
      measured: ideal.toPrecision(2),
      holds: ratios.every((each) => each.ideal <= each.idealBound),
    },
    {
      claim: "Of the smoothness sum at most sr/(βd) remains in EGOP coordinates",
      predicted: said,
      measured: remains.toPrecision(2),
      holds: bound >= 1 ? null : remains <= bound,
    },
    lowered(remains < 1, remains),
    {
      claim: "The smoothness sum in EGOP coordinates is near the least there can be, the nuclear norm",
      predicted: "a ratio of 1, where EGOP and Hessian share their eigenvectors",
      measured: (1 / least).toPrecision(3),
      holds: 1 / least < 1.5,
    },
  ];
}

function lowered(holds: boolean | null, remains: number): Claim {
  const claim = "The smoothness sum is lower in EGOP coordinates";
  return { claim, predicted: "a share below 1", measured: remains.toPrecision(2), holds };
}
