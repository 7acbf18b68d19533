/** An expression as an objective of one flat point, its variables in alphabetical order, and as a picture of the plane. */
import { compiled, differentiable, layout, reshape, slice, sum, type BoundLoss, type Tensor } from "egop";
import { buildExpression } from "../expression/build.ts";
import type { Parsed } from "../expression/parse.ts";

/** The objective, with exact gradients and Hessian-vector products. */
export function objectiveOf({ expression, variables }: Parsed): BoundLoss {
  const model = layout({ point: [variables.length] });
  return differentiable(model, {}, ({ point }) => {
    const tensors = new Map(variables.map((name, k) => [name, slice(point, 0, k, k + 1)]));
    return asScalar(buildExpression(expression, (name) => known(tensors, name)));
  }).on({});
}

function asScalar(value: Tensor | number): Tensor {
  if (typeof value === "number") throw new RangeError("The function is the same everywhere.");
  return reshape(sum(value), []);
}

function known(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new RangeError(`There is no variable ${name}.`);
  return tensor;
}

/** A square of the plane, centered, with sides of 2·radius. */
export interface Square {
  readonly center: readonly [number, number];
  readonly radius: number;
}

/** Values at the centers of size × size cells, row by row from the top: the second variable descends. */
export function valuesOn({ expression, variables }: Parsed, { center, radius }: Square, size: number): Float64Array {
  const cells = size * size;
  const points = new Float64Array(2 * cells);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const at = row * size + column;
      points[at] = center[0] + radius * ((2 * column + 1) / size - 1);
      points[cells + at] = center[1] - radius * ((2 * row + 1) / size - 1);
    }
  const model = layout({ first: [cells], second: [cells] });
  const evaluate = compiled(model, {}, ({ first, second }) => {
    const value = buildExpression(expression, (name) => (name === variables[0] ? first : second));
    if (typeof value === "number") throw new RangeError("The function is the same everywhere.");
    return value;
  });
  return evaluate.on({})(points);
}
