/** Bytes by which the heap grows in a step, over so many steps: the smallest of three, as other things allocate too. */
export function heapBytesPerStep(step: () => void, steps: number): number {
  const growths = Array.from({ length: 3 }, () => {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < steps; i++) step();
    return (process.memoryUsage().heapUsed - before) / steps;
  });
  return Math.round(Math.min(...growths) * 10) / 10;
}
