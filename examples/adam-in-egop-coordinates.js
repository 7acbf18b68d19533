// What the examples do, whatever they run in: Adam in the coordinates as given, and in the eigenbasis of the EGOP.
import { adam, egop, gaussian, minimize, random, reparameterize } from "egop";

/** A narrow valley that runs oblique to the axes. */
const objective = {
  dimension: 2,
  valueAndGradient(point, gradient) {
    const along = 2 * point[0] + point[1] - 3;
    const across = point[0] - 2 * point[1] + 1;
    gradient[0] = 2 * along + 200 * across;
    gradient[1] = along - 400 * across;
    return 0.5 * along * along + 100 * across * across;
  },
};

/** The objective's value after 100 steps from (3, −1): in original coordinates and in the basis. */
export function compare() {
  const start = Float64Array.of(3, -1);
  const estimate = egop(objective, {
    points: gaussian({ mean: start, standardDeviation: 1 }),
    samples: 20,
    key: random(0),
  });
  const optimizer = adam({ learningRate: 0.1 });
  const rotated = reparameterize(objective, estimate.basis());
  return {
    original: minimize(objective, { start, optimizer, steps: 100 }).value,
    egop: minimize(rotated, { start, optimizer, steps: 100 }).value,
  };
}
