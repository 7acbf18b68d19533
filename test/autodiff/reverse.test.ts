/** How cotangents of slices meet: next to each other where they do not overlap, added where they do. */
import { expect, it } from "vitest";
import { add, compiled, gradients, multiply, slice, square, sum } from "../../src/autodiff/index.ts";
import { layout } from "../../src/linalg/layout.ts";

const columns = 5;
const model = layout({ x: [2, columns] });
const point = Float64Array.from({ length: 2 * columns }, (_value, k) => k + 1);

it.each([
  {
    name: "side by side, in any order",
    ranges: [
      [3, 5],
      [0, 2],
      [2, 3],
    ],
  },
  {
    name: "with gaps at both ends and between",
    ranges: [
      [1, 2],
      [3, 4],
    ],
  },
  {
    name: "overlapping",
    ranges: [
      [0, 3],
      [2, 5],
      [1, 2],
    ],
  },
  {
    name: "the same twice",
    ranges: [
      [1, 3],
      [1, 3],
    ],
  },
])("slices $name have the gradient of their sum", ({ ranges }) => {
  const gradient = compiled(model, {}, ({ x }) => {
    const terms = ranges.map(([start, end], k) => multiply(sum(square(slice(x, 1, start, end))), k + 1));
    return gradients(
      terms.reduce((all, term) => add(all, term)),
      [x],
    )[0];
  });
  const expected = point.map((value, k) => {
    const column = k % columns;
    return ranges.reduce(
      (all, [start, end], r) => all + (column >= start && column < end ? 2 * (r + 1) * value : 0),
      0,
    );
  });
  expect([...gradient.on({})(point)]).toEqual([...expected]);
});
