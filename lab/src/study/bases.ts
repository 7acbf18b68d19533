/** The coordinates that studies run in, by name. Each is made for one seed: from its estimate, or from its keys alone. */
import { egop, productBasis, randomBasis, reparameterize, type Basis, type EgopEstimate } from "egop";
import type { ExperimentKeys } from "../tasks/keys.ts";
import type { Task } from "../tasks/task.ts";
import { startOf } from "../training.ts";

export const studiedBases = [
  "original",
  "random",
  "egop",
  "egop-by-tensor",
  "egop-of-random",
  "kronecker",
  "reduced",
  "auxiliary",
  "householder",
] as const;
export type StudiedBasis = (typeof studiedBases)[number];

export const studiedBasisTitles: Readonly<Record<StudiedBasis, string>> = {
  original: "original",
  random: "random rotation",
  egop: "dense EGOP",
  "egop-by-tensor": "EGOP by tensor",
  "egop-of-random": "EGOP of a random rotation",
  kronecker: "Kronecker EGOP",
  reduced: "reduced EGOP",
  auxiliary: "auxiliary EGOP",
  householder: "Householder EGOP",
};

/** The rank of reduced, auxiliary and Householder-completed bases, as a share of the parameters. */
const rankShare = 0.05;

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
    case "kronecker":
      return origin.estimate().basis({ by: "kronecker" });
    case "reduced":
      return origin.estimate().basis({ rank: rankOf(task), form: "reduced", start: startOf(task, keys.start) });
    case "auxiliary":
      return origin.estimate().basis({ rank: rankOf(task), form: "auxiliary" });
    case "householder":
      return origin.estimate().basis({ rank: rankOf(task) });
    case "egop-of-random": {
      // The function turned at random, and EGOP estimated there: the theory says that nothing changes.
      const turn = randomBasis(task.model, keys.rotation);
      const turned = reparameterize(task.batches ?? task.objective, turn);
      const points = task.samplingPoints ?? task.points;
      return productBasis(turn, egop(turned, { points, samples, key: keys.samples }).basis());
    }
  }
}

function rankOf({ model }: Task): number {
  return Math.max(1, Math.round(rankShare * model.size));
}
