/** What a step leaves on the heap. */

export interface HeapGrowth {
  /** Bytes a step allocates, garbage included: the smallest of three, as other things allocate too. */
  readonly allocated: number;
  /** Bytes a step by which the heap is larger after all steps, once what is garbage has been collected. */
  readonly grown: number;
}

/**
 * Measured over so many steps, after as many to warm up: until the engine has compiled every function of a step, it makes
 * objects for it. Needs `--expose-gc`.
 */
export function heapGrowth(step: () => void, steps: number): HeapGrowth {
  for (let i = 0; i < steps; i++) step();
  const rounds = Array.from({ length: 3 }, (): HeapGrowth => {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < steps; i++) step();
    const after = process.memoryUsage().heapUsed;
    globalThis.gc?.();
    return { allocated: (after - before) / steps, grown: (process.memoryUsage().heapUsed - before) / steps };
  });
  const smallest = (of: (round: HeapGrowth) => number): number => Math.round(Math.min(...rounds.map(of)) * 10) / 10;
  return { allocated: smallest((round) => round.allocated), grown: smallest((round) => round.grown) };
}

/** Bytes by which the heap grows in a step, garbage included, over so many steps: the smallest of three. */
export function heapBytesPerStep(step: () => void, steps: number): number {
  const growths = Array.from({ length: 3 }, () => {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < steps; i++) step();
    return (process.memoryUsage().heapUsed - before) / steps;
  });
  return Math.round(Math.min(...growths) * 10) / 10;
}
