/** The coordinates that studies run in, by name. Each is made for one seed: from its estimate, or from its keys alone. */
import { egop, productBasis, randomBasis, reparameterize, type Basis, type EgopEstimate } from "egop";
import type { ExperimentKeys } from "../tasks/load.ts";
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
  "householder-by-tensor",
  "kronecker-of-rank",
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
  "householder-by-tensor": "Householder EGOP by tensor",
  "kronecker-of-rank": "Kronecker EGOP of a rank",
};

/** The rank of bases that have one: a share of the parameters, up to a number that large models pay for. */
const rankShare = 0.05;
const largestRank = 64;

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
    case "householder-by-tensor":
      return origin.estimate().basis({ by: "tensor", rank: rankOf(task) });
    case "kronecker-of-rank":
      return origin.estimate().basis({ by: "kronecker", rank: rankOf(task) });
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
  return Math.min(largestRank, Math.max(1, Math.round(rankShare * model.size)));
}
