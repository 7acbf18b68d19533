/** Runs all benchmarks: `npm run bench` prints lines for people, `npm run bench -- --json` one JSON array. */
import { trainingStep } from "./training-step.ts";

const results = await trainingStep();
if (process.argv.includes("--json")) console.log(JSON.stringify(results));
else
  for (const { name, size, milliseconds, heapBytesPerStep } of results)
    console.log(
      `${name}, ${size} rows: ${milliseconds.toFixed(4)} ms (median), heap ${heapBytesPerStep.toFixed(0)} bytes a step`,
    );
