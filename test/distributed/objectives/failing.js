/** The small function, whose points cannot be drawn from sample 128 to 191. */
import { objective, points as all } from "./small.js";

export { objective };
export const points = {
  dimension: all.dimension,
  draw(key, out, index) {
    if (index >= 128 && index < 192) throw new Error(`there is no point ${index}`);
    all.draw(key, out, index);
  },
};
