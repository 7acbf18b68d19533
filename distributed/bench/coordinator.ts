/**
 * A coordinator as a process: prints the most memory that it had, and the most that was in use after a collection of
 * garbage, in megabytes. Arguments: Redis, samples. Node needs --expose-gc.
 */
import { estimateDistributed } from "egop-distributed";

const [redis, samples] = process.argv.slice(2);
const collections = 16;
let used = 0;
let next = 0;
await estimateDistributed("quadratic.js", {
  ...{ redis, samples: Number(samples), samplesPerJob: 64, form: { kind: "exact" }, interval: 20 },
  root: "distributed/objectives",
  onProgress({ samples: come, total }) {
    if (come < next) return;
    next = come + total / collections;
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    used = Math.max(used, heapUsed + external);
  },
});
console.log(JSON.stringify({ most: process.resourceUsage().maxRSS / 1024, used: used / 2 ** 20 }));
