/**
 * The pieces of an experiment that run on worker threads: sampling gradients, decomposing, drawing a rotation, and one
 * run of an optimizer. Each is a function of the task, the seed and its input, so the result does not depend on which
 * thread does it, or when. Inputs and outputs are plain data; matrices lie in shared memory and are written once.
 */
import { performance } from "node:perf_hooks";
import {
  adagrad,
  adam,
  blockBasis,
  denseBasis,
  DivergedError,
  egop,
  estimateFrom,
  layout,
  Matrix,
  type Basis,
  type GradientTransformation,
  type Layout,
} from "egop";
import { randomOrthogonal } from "egop/linalg";
import type { OptimizerName } from "./choices.ts";
import type { ExperimentKeys } from "./tasks/keys.ts";
import type { Task } from "./tasks/task.ts";
import { train } from "./training.ts";

/** A matrix that threads share. */
export interface SharedMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** A basis as data. */
export type BasisData =
  | { readonly kind: "dense"; readonly columns: SharedMatrix }
  | { readonly kind: "blocks"; readonly blocks: readonly (readonly [name: string, columns: SharedMatrix])[] };

/** The eigendecomposition of an estimate, with what it says of the task. */
export interface Decomposition {
  readonly basis: BasisData;
  readonly eigenvalues: Float64Array;
  readonly stableRank: number;
  readonly rootStableRank: number;
  /** Of the leading eigenvector. */
  readonly density: number;
}

/** A run that stayed finite. */
export interface FinishedRun {
  readonly losses: Float64Array;
  /** Null where a task has no test. */
  readonly testAccuracy: number | null;
}

/** What each kind of job takes and gives. */
export interface Jobs {
  readonly sample: { readonly input: { readonly samples: number }; readonly output: SharedMatrix };
  readonly decompose: { readonly input: { readonly gradients: SharedMatrix }; readonly output: Decomposition };
  readonly decomposeByTensor: { readonly input: { readonly gradients: SharedMatrix }; readonly output: BasisData };
  readonly rotate: { readonly input: undefined; readonly output: BasisData };
  readonly run: {
    readonly input: {
      readonly optimizer: OptimizerName;
      readonly learningRate: number;
      readonly steps: number;
      /** Undefined is the original coordinates. */
      readonly basis: BasisData | undefined;
    };
    readonly output: FinishedRun | { readonly divergedAt: number };
  };
}

export type JobKind = keyof Jobs;

/** The same, as threads give them: with the seconds that they took. */
export type TimedJobs = {
  readonly [Kind in JobKind]: { readonly input: Jobs[Kind]["input"]; readonly output: Timed<Jobs[Kind]["output"]> };
};

/** A job's output with the seconds that it took. */
export interface Timed<Output> {
  readonly output: Output;
  readonly seconds: number;
}

/** What jobs work on, and where they say how far they are (0 to 1). */
export interface Workplace {
  readonly task: Task;
  readonly keys: ExperimentKeys;
  readonly onProgress: (fraction: number) => void;
}

const optimizers: Readonly<Record<OptimizerName, (learningRate: number) => GradientTransformation>> = {
  adam: (learningRate) => adam({ learningRate }),
  adagrad: (learningRate) => adagrad({ learningRate }),
};

const performers: { readonly [Kind in JobKind]: (input: Jobs[Kind]["input"], at: Workplace) => Jobs[Kind]["output"] } =
  {
    sample({ samples }, { task, keys, onProgress }) {
      const estimate = egop(task.batches ?? task.objective, {
        points: task.points,
        samples,
        key: keys.samples,
        onProgress: ({ done, total }) => onProgress(done / total),
      });
      return shared(estimate.gradients);
    },

    decompose({ gradients }, { task }) {
      const estimate = estimateFrom(matrix(gradients), task.model);
      const { eigenvalues, eigenvectors, stableRank, rootStableRank } = estimate;
      const basis = { kind: "dense", columns: shared(eigenvectors) } as const;
      return { basis, eigenvalues, stableRank, rootStableRank, density: estimate.density() };
    },

    decomposeByTensor({ gradients }, { task }) {
      return { kind: "blocks", blocks: blocksByTensor(matrix(gradients), task.model) };
    },

    rotate(_input, { task, keys }) {
      return { kind: "dense", columns: shared(randomOrthogonal(task.model.size, keys.rotation)) };
    },

    run({ optimizer, learningRate, steps, basis }, { task, keys, onProgress }) {
      try {
        const { losses, parameters } = train(task, {
          optimizer: optimizers[optimizer](learningRate),
          basis: basis === undefined ? undefined : basisOf(basis, task.model),
          steps,
          startKey: keys.start,
          batchKey: keys.batches,
          onProgress,
        });
        return { losses, testAccuracy: task.testAccuracy?.(parameters) ?? null };
      } catch (error) {
        if (error instanceof DivergedError) return { divergedAt: error.step };
        throw error;
      }
    },
  };

/** Does one job and takes its time. What the library throws passes through. */
export function perform<Kind extends JobKind>(
  kind: Kind,
  input: Jobs[Kind]["input"],
  at: Workplace,
): Timed<Jobs[Kind]["output"]> {
  const begin = performance.now();
  const output = performers[kind](input, at);
  return { output, seconds: (performance.now() - begin) / 1000 };
}

/**
 * The blocks of `estimate.basis({ by: "tensor" })` as data that can go to other threads: the eigenvectors of each weight's
 * own EGOP, biases left as they are.
 */
function blocksByTensor(gradients: Matrix, model: Layout): readonly (readonly [string, SharedMatrix])[] {
  return model.tensors
    .filter(({ shape }) => shape.length >= 2)
    .map(({ name, offset, size }) => {
      const own = new Matrix(gradients.rows, size);
      for (let m = 0; m < gradients.rows; m++) own.row(m).set(gradients.row(m).subarray(offset, offset + size));
      return [name, shared(estimateFrom(own, layout({ [name]: [size] })).eigenvectors)] as const;
    });
}

function basisOf(basis: BasisData, model: Layout): Basis {
  if (basis.kind === "dense") return denseBasis(matrix(basis.columns));
  return blockBasis(model, new Map(basis.blocks.map(([name, columns]) => [name, matrix(columns)])));
}

function matrix({ rows, columns, data }: SharedMatrix): Matrix {
  return new Matrix(rows, columns, data);
}

/** A copy in memory that threads share, so that handing it over costs nothing. */
function shared({ rows, columns, data }: Matrix): SharedMatrix {
  const copy = new Float64Array(new SharedArrayBuffer(data.byteLength));
  copy.set(data);
  return { rows, columns, data: copy };
}
