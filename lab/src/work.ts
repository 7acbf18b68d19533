/**
 * About how many floating-point operations each job takes, so that progress can tell the time left. Leading terms only.
 */
import type { BasisName } from "./choices.ts";
import type { Task } from "./tasks/task.ts";

export interface Work {
  readonly sample: number;
  readonly decompose: number;
  readonly decomposeByTensor: number;
  readonly rotate: number;
  /** One run in each basis. */
  readonly run: Readonly<Record<BasisName, number>>;
}

/** Counts the operations of an experiment on `task` with so many samples and steps. */
export function workOf({ model, gradientOperations }: Task, samples: number, steps: number): Work {
  const size = model.size;
  const weights = model.tensors.filter(({ shape }) => shape.length >= 2).map((slot) => slot.size);
  const total = (of: (size: number) => number): number => weights.reduce((sum, each) => sum + of(each), 0);
  const gradient = gradientOperations;
  const eigen = (n: number): number => 10 * n * n * n + samples * n * n;
  const rotated = (squares: number): number => steps * (gradient + 4 * squares);
  return {
    sample: samples * gradient,
    decompose: eigen(size),
    decomposeByTensor: total(eigen),
    rotate: 5 * size * size * size,
    run: {
      original: steps * gradient,
      random: rotated(size * size),
      egop: rotated(size * size),
      "egop-by-tensor": rotated(total((n) => n * n)),
    },
  };
}
