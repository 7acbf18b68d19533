/** ½ Σ θᵢ²/(i + 1) in 512 dimensions: a gradient that costs next to nothing, to measure what all the rest costs. */
import { gaussian } from "egop";

const dimension = 512;

export const objective = {
  dimension,
  valueAndGradient(point, gradientOut) {
    let value = 0;
    for (let i = 0; i < dimension; i++) {
      gradientOut[i] = point[i] / (i + 1);
      value += (point[i] * gradientOut[i]) / 2;
    }
    return value;
  },
};
export const points = gaussian({ mean: new Float64Array(dimension), standardDeviation: 1 });
