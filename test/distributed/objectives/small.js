/** A small network-like function with a matrix and a vector, whose gradients differ from sample to sample. */
import { gaussian, layout } from "egop";
import { curvature } from "./curvature.js";

const model = layout({ W: [3, 2], b: [2] });

export const objective = {
  dimension: model.size,
  layout: model,
  valueAndGradient(point, gradientOut) {
    let value = 0;
    for (let i = 0; i < point.length; i++) {
      const next = point[(i + 1) % point.length];
      value += (curvature(i) * point[i] * point[i]) / 2 + point[i] * next * next;
      gradientOut[i] = 0;
    }
    for (let i = 0; i < point.length; i++) {
      const j = (i + 1) % point.length;
      gradientOut[i] += curvature(i) * point[i] + point[j] * point[j];
      gradientOut[j] += 2 * point[i] * point[j];
    }
    return value;
  },
};
export const points = gaussian({ mean: new Float64Array(model.size), standardDeviation: 1 });
