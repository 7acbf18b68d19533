/** The keys of everything random in an experiment, from its seed. */
import { fold, random, type Key } from "egop";

/** What is drawn in an experiment, each from a key of its own. */
export interface ExperimentKeys {
  readonly start: Key;
  readonly samples: Key;
  readonly rotation: Key;
  readonly partition: Key;
  readonly batches: Key;
}

/** The keys of an experiment, folded from its seed. */
export function keysOf(seed: number): ExperimentKeys {
  const root = random(seed);
  const [start, samples, rotation, partition, batches] = [0, 1, 2, 3, 4].map((index) => fold(root, index));
  return { start, samples, rotation, partition, batches };
}
