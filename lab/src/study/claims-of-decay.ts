/** The spectral decay: how much of the trace the leading directions carry, and the power with which eigenvalues fall. */
import type { EgopEstimate } from "egop";
import type { Task } from "../tasks/task.ts";
import type { Claim } from "./claim.ts";

/** The few per cent of the directions that are said to carry almost all. */
const fewDirections = 0.05;
const almostAll = 0.9;
/** A power is fitted to few eigenvalues: it is called as large as the predicted one within this. */
const powerTolerance = 0.25;

export function decayClaims({ decay }: Task, { eigenvalues, trace }: EgopEstimate): readonly Claim[] {
  const leading = Math.max(1, Math.round(fewDirections * eigenvalues.length));
  const carried = trace > 0 ? eigenvalues.subarray(0, leading).reduce((sum, value) => sum + value, 0) / trace : 0;
  const share: Claim = {
    claim: "A twentieth of the directions carries almost all of the trace",
    predicted: `at least ${100 * almostAll} %`,
    measured: `${(100 * carried).toFixed(1)} %`,
    holds: carried >= almostAll,
  };
  if (decay === undefined) return [share];
  const power = -slopeOf(eigenvalues.subarray(0, Math.ceil(eigenvalues.length / 2)));
  return [
    share,
    {
      claim: "Eigenvalue k of the EGOP falls at least as fast as k to this power",
      predicted: `−${decay}`,
      measured: `−${power.toFixed(2)}`,
      holds: power >= decay - powerTolerance,
    },
  ];
}

/** The slope of log λₖ over log k by least squares; NaN where a value is 0. */
function slopeOf(values: Float64Array): number {
  const x = Array.from(values, (_value, k) => Math.log(k + 1));
  const y = Array.from(values, Math.log);
  const mean = (numbers: readonly number[]): number => numbers.reduce((sum, v) => sum + v, 0) / numbers.length;
  const [mx, my] = [mean(x), mean(y)];
  const covariance = x.reduce((sum, xk, k) => sum + (xk - mx) * (y[k] - my), 0);
  return covariance / x.reduce((sum, xk) => sum + (xk - mx) ** 2, 0);
}
