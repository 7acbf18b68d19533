/** A coordinator as a process: prints the most memory that it had, in megabytes. Arguments: Redis, samples. */
import { estimateDistributed } from "egop-distributed";

const [redis, samples] = process.argv.slice(2);
await estimateDistributed("quadratic.js", {
  ...{ redis, samples: Number(samples), samplesPerJob: 64, form: { kind: "exact" }, interval: 20 },
  root: "distributed/objectives",
});
console.log(process.resourceUsage().maxRSS / 1024);
