/* global performance */
/** The small function, a tenth of a millisecond and more a sample, so that a worker can be met in the middle of a job. */
import { objective as fast, points } from "./small.js";

const milliseconds = 0.25;

export const objective = {
  ...fast,
  valueAndGradient(point, gradientOut) {
    for (const end = performance.now() + milliseconds; performance.now() < end;);
    return fast.valueAndGradient(point, gradientOut);
  },
};
export { points };
