import { performance } from "node:perf_hooks";
import { accumulate } from "egop";
import { estimateDistributed } from "egop-distributed";
const { objective, points } = await import("/work/wt/queue/distributed/objectives/digits.js");
const kind = process.argv[2], M = 2410;
const form = { kind };
const cpu = async (f) => { const c = process.cpuUsage(), t = performance.now(); await f(); const d = process.cpuUsage(c); return [((d.user+d.system)/1e6).toFixed(2), ((performance.now()-t)/1e3).toFixed(2)]; };
accumulate(objective, { points, form, to: 64 });
console.log(kind, "seq", await cpu(async () => accumulate(objective, { points, form, to: M })), "w1", await cpu(() => estimateDistributed("distributed/objectives/digits.js", { samples: M, form, workers: 1 })), "w2", await cpu(() => estimateDistributed("distributed/objectives/digits.js", { samples: M, form, workers: 2,  })), "seq", await cpu(async () => accumulate(objective, { points, form, to: M })));
