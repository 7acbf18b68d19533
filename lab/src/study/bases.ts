/** The coordinates that studies run in, by name. Each is made for one seed: from its estimate, or from its keys alone. */
import { egop, randomBasis, reparameterize, type Basis, type EgopEstimate } from "egop";
import type { ExperimentKeys } from "../tasks/load.ts";
import type { Task } from "../tasks/task.ts";

export const studiedBases = ["original", "random", "egop", "egop-by-tensor", "egop-of-random"] as const;
export type StudiedBasis = (typeof studiedBases)[number];

export const studiedBasisTitles: Readonly<Record<StudiedBasis, string>> = {
  original: "original",
  random: "random rotation",
  egop: "dense EGOP",
  "egop-by-tensor": "EGOP by tensor",
  "egop-of-random": "EGOP of a random rotation",
};

/** What a basis may be made from. */
export interface Origin {
  readonly task: Task;
  readonly keys: ExperimentKeys;
  readonly samples: number;
  /** The estimate in original coordinates, made when it is first asked for. */
  estimate(): EgopEstimate;
}

/** The estimate on a task, in original coordinates. */
export function estimateOf({ task, keys, samples }: Omit<Origin, "estimate">): EgopEstimate {
  const points = task.samplingPoints ?? task.points;
  return egop(task.batches ?? task.objective, { points, samples, key: keys.samples });
}

/** The basis; undefined for the original coordinates. */
export function makeBasis(name: StudiedBasis, origin: Origin): Basis | undefined {
  const { task, keys, samples } = origin;
  switch (name) {
    case "original":
      return undefined;
    case "random":
      return randomBasis(task.model, keys.rotation);
    case "egop":
      return origin.estimate().basis();
    case "egop-by-tensor":
      return origin.estimate().basis({ by: "tensor" });
    case "egop-of-random": {
      // The function turned at random, and EGOP estimated there: the theory says that nothing changes.
      const turn = randomBasis(task.model, keys.rotation);
      const turned = reparameterize(task.batches ?? task.objective, turn);
      const points = task.samplingPoints ?? task.points;
      return composed(turn, egop(turned, { points, samples, key: keys.samples }).basis());
    }
  }
}

/** θ = V₁ V₂ θ̃. */
function composed(outer: Basis, inner: Basis): Basis {
  const between = new Float64Array(outer.rotatedDimension);
  return {
    dimension: outer.dimension,
    rotatedDimension: inner.rotatedDimension,
    rotatedLayout: inner.rotatedLayout,
    toRotated(original, out): void {
      outer.toRotated(original, between);
      inner.toRotated(between, out);
    },
    toOriginal(rotated, out): void {
      inner.toOriginal(rotated, between);
      outer.toOriginal(between, out);
    },
    pullGradient(gradient, out): void {
      outer.pullGradient(gradient, between);
      inner.pullGradient(between, out);
    },
  };
}
