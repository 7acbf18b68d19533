/** The coordinates that studies run in, by name. Each is made for one seed: from its estimate, or from its keys alone. */
import {
  egop,
  hadamardBasis,
  productBasis,
  randomBasis,
  reparameterize,
  type Basis,
  type EgopEstimate,
  type SamplingDistribution,
} from "egop";
import type { ExperimentKeys } from "../tasks/keys.ts";
import type { Task } from "../tasks/task.ts";
import { startOf, type Renewal } from "../training.ts";

export const studiedBases = [
  "original",
  "random",
  "egop",
  "egop-by-tensor",
  "egop-of-random",
  "shared",
  "kronecker",
  "reduced",
  "reduced-50",
  "reduced-200",
  "reduced-400",
  "auxiliary",
  "auxiliary-50",
  "auxiliary-200",
  "auxiliary-400",
  "householder",
  "renewed",
  "restarted",
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
  shared: "EGOP shared by units",
  kronecker: "Kronecker EGOP",
  reduced: "reduced EGOP",
  "reduced-50": "reduced EGOP, rank 50",
  "reduced-200": "reduced EGOP, rank 200",
  "reduced-400": "reduced EGOP, rank 400",
  auxiliary: "auxiliary EGOP",
  "auxiliary-50": "auxiliary EGOP, rank 50",
  "auxiliary-200": "auxiliary EGOP, rank 200",
  "auxiliary-400": "auxiliary EGOP, rank 400",
  householder: "Householder EGOP",
  renewed: "EGOP renewed, squares carried",
  restarted: "EGOP renewed, squares restarted",
  "householder-by-tensor": "Householder EGOP by tensor",
  "kronecker-of-rank": "Kronecker EGOP of a rank",
};

/** The rank of bases that have one without a number: a share of the parameters, up to what large models pay for. */
const rankShare = 0.05;
const largestRank = 64;
/**
 * Beyond this many parameters a random rotation is a randomized Hadamard transform, which needs no matrix: two readings of
 * a whole one at each step would take most of a study's time.
 */
const mostDense = 2048;
/** Renewed bases are made at the start and at so many even distances on the way. */
const renewals = 4;

/** What a basis may be made from. */
export interface Origin {
  readonly task: Task;
  readonly keys: ExperimentKeys;
  readonly samples: number;
  /** The estimate in original coordinates, made when it is first asked for. */
  estimate(): EgopEstimate;
}

/** Where a run goes on: in a basis (undefined: the original coordinates), or in one that is renewed on the way. */
export interface StudiedCoordinates {
  readonly basis?: Basis | undefined;
  readonly renewal?: Renewal | undefined;
}

/** Where EGOP samples its points. */
export function pointsOf(task: Task): SamplingDistribution {
  return task.samplingPoints ?? task.points;
}

/** The estimate on a task, in original coordinates. */
export function estimateOf({ task, keys, samples }: Omit<Origin, "estimate">): EgopEstimate {
  return egop(task.batches ?? task.objective, { points: pointsOf(task), samples, key: keys.samples });
}

/** The random rotation that the keys draw. */
export function turnOf({ model }: Task, { rotation }: ExperimentKeys): Basis {
  return model.size > mostDense ? hadamardBasis(model, rotation) : randomBasis(model, rotation);
}

/** The coordinates of that name for a run of so many steps. */
export function makeCoordinates(name: StudiedBasis, origin: Origin, steps: number): StudiedCoordinates {
  const { task, keys, samples } = origin;
  const lowRank = (form: "reduced" | "auxiliary" | "householder", rank: number): StudiedCoordinates => {
    const start = form === "reduced" ? { start: startOf(task, keys.start) } : {};
    return { basis: origin.estimate().basis({ rank, form, ...start }) };
  };
  switch (name) {
    case "original":
      return {};
    case "random":
      return { basis: turnOf(task, keys) };
    case "egop":
      return { basis: origin.estimate().basis() };
    case "egop-by-tensor":
      return { basis: origin.estimate().basis({ by: "tensor" }) };
    case "kronecker":
      return { basis: origin.estimate().basis({ by: "kronecker" }) };
    case "kronecker-of-rank":
      return { basis: origin.estimate().basis({ by: "kronecker", rank: rankOf(task) }) };
    case "householder-by-tensor":
      return { basis: origin.estimate().basis({ by: "tensor", rank: rankOf(task) }) };
    case "shared":
      return { basis: sharedBasis(task, origin.estimate()) };
    case "renewed":
    case "restarted": {
      const squares = name === "renewed" ? "overlap" : "restart";
      return { renewal: { every: Math.ceil(steps / (renewals + 1)), samples, squares } };
    }
    case "egop-of-random": {
      // The function turned at random, and EGOP estimated there: the theory says that nothing changes.
      const turn = turnOf(task, keys);
      const turned = reparameterize(task.batches ?? task.objective, turn);
      const estimate = egop(turned, { points: pointsOf(task), samples, key: keys.samples });
      return { basis: productBasis(turn, estimate.basis()) };
    }
    default: {
      const [form, rank] = name.split("-") as ["reduced" | "auxiliary" | "householder", string | undefined];
      return lowRank(form, rank === undefined ? rankOf(task) : Number(rank));
    }
  }
}

/** Of tensors whose rows are units or filters alike, one basis for all rows; other weights have one each. */
function sharedBasis({ model, sharedByRows = [] }: Task, estimate: EgopEstimate): Basis {
  const rows = estimate.basis({ by: "convolution", rotate: ({ name }) => sharedByRows.includes(name) });
  const others = model.tensors.filter(({ name, shape }) => shape.length >= 2 && !sharedByRows.includes(name));
  if (others.length === 0) return rows;
  const names = others.map(({ name }) => name);
  return productBasis(rows, estimate.basis({ by: "tensor", rotate: ({ name }) => names.includes(name) }));
}

function rankOf({ model }: Task): number {
  return Math.min(largestRank, Math.max(1, Math.round(rankShare * model.size)));
}
