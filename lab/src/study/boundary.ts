/** What a classifier of points in the plane has learned, as scores on a grid, to be drawn. */
import { makeCoordinates } from "./bases.ts";
import { trained, type Prepared, type RunInput } from "./run-job.ts";

/** Points of a side of the grid, edge to edge. */
export const gridSide = 41;

/** The scores in rows from the lowest y up, each with ascending x; null for a task without a plane. */
export type BoundaryOutput = readonly number[] | null;

/** The points of the grid, x and y alternating. */
export function gridPoints(extent: number): Float64Array {
  const at = (k: number): number => extent * ((2 * k) / (gridSide - 1) - 1);
  const points = new Float64Array(2 * gridSide * gridSide);
  for (let row = 0; row < gridSide; row++)
    for (let column = 0; column < gridSide; column++) {
      points[2 * (row * gridSide + column)] = at(column);
      points[2 * (row * gridSide + column) + 1] = at(row);
    }
  return points;
}

/** Makes the run again and asks it for its scores, relative to the largest, with four digits. */
export function boundary(input: RunInput, prepared: Prepared, onProgress: (fraction: number) => void): BoundaryOutput {
  const { origin } = prepared;
  const { plane } = origin.task;
  if (plane === undefined) return null;
  const coordinates = makeCoordinates(input.basis, origin, input.steps);
  const { parameters } = trained(input, prepared, coordinates, onProgress);
  const scores = plane.scores(parameters, gridPoints(plane.extent));
  const largest = scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0);
  return Array.from(scores, (score) => (largest > 0 ? Number((score / largest).toPrecision(4)) : 0));
}
