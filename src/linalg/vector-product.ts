/**
 * Matrix times vector on flat arrays, y = A·x and y = Aᵀ·x for A stored row-major: 2·rows·columns operations, and A is
 * read once, row by row, in both.
 *
 * Order: every element of y is summed with one accumulator in ascending order of the inner index, ((0 + a₀x₀) + a₁x₁) + …,
 * or starting from y's value, exactly as in the matrix product. Several rows are worked on at a time, so that the sums,
 * each of which has to wait for its last addition, wait together.
 */

/** y = A·x (or y += A·x) for `rows` rows of length `columns`, `stride` apart. */
export function vectorProduct(
  rows: number,
  columns: number,
  a: Float64Array,
  aOffset: number,
  stride: number,
  x: Float64Array,
  xOffset: number,
  y: Float64Array,
  yOffset: number,
  accumulate: boolean,
): void {
  let i = 0;
  for (; i + 8 <= rows; i += 8)
    eightRows(columns, a, aOffset + i * stride, stride, x, xOffset, y, yOffset + i, accumulate);
  for (; i < rows; i++) {
    const row = aOffset + i * stride;
    let sum = accumulate ? y[yOffset + i] : 0;
    for (let j = 0; j < columns; j++) sum += a[row + j] * x[xOffset + j];
    y[yOffset + i] = sum;
  }
}

function eightRows(
  columns: number,
  a: Float64Array,
  start: number,
  stride: number,
  x: Float64Array,
  xOffset: number,
  y: Float64Array,
  target: number,
  accumulate: boolean,
): void {
  let y0 = 0;
  let y1 = 0;
  let y2 = 0;
  let y3 = 0;
  let y4 = 0;
  let y5 = 0;
  let y6 = 0;
  let y7 = 0;
  if (accumulate) {
    y0 = y[target];
    y1 = y[target + 1];
    y2 = y[target + 2];
    y3 = y[target + 3];
    y4 = y[target + 4];
    y5 = y[target + 5];
    y6 = y[target + 6];
    y7 = y[target + 7];
  }
  const d2 = 2 * stride;
  const d3 = 3 * stride;
  const d4 = 4 * stride;
  const d5 = 5 * stride;
  const d6 = 6 * stride;
  const d7 = 7 * stride;
  const end = start + columns;
  let k = xOffset;
  for (let j = start; j < end; j++) {
    const xj = x[k];
    k++;
    y0 += a[j] * xj;
    y1 += a[j + stride] * xj;
    y2 += a[j + d2] * xj;
    y3 += a[j + d3] * xj;
    y4 += a[j + d4] * xj;
    y5 += a[j + d5] * xj;
    y6 += a[j + d6] * xj;
    y7 += a[j + d7] * xj;
  }
  y[target] = y0;
  y[target + 1] = y1;
  y[target + 2] = y2;
  y[target + 3] = y3;
  y[target + 4] = y4;
  y[target + 5] = y5;
  y[target + 6] = y6;
  y[target + 7] = y7;
}

/** y = Aᵀ·x (or y += Aᵀ·x) for `rows` rows of length `columns`, `stride` apart; x has `rows` elements, y `columns`. */
export function transposedVectorProduct(
  rows: number,
  columns: number,
  a: Float64Array,
  aOffset: number,
  stride: number,
  x: Float64Array,
  xOffset: number,
  y: Float64Array,
  yOffset: number,
  accumulate: boolean,
): void {
  if (!accumulate) y.fill(0, yOffset, yOffset + columns);
  let i = 0;
  for (; i + 4 <= rows; i += 4) addFourRows(columns, a, aOffset + i * stride, stride, x, xOffset + i, y, yOffset);
  for (; i < rows; i++) {
    const row = aOffset + i * stride;
    const xi = x[xOffset + i];
    for (let j = 0; j < columns; j++) y[yOffset + j] += a[row + j] * xi;
  }
}

function addFourRows(
  columns: number,
  a: Float64Array,
  start: number,
  stride: number,
  x: Float64Array,
  xOffset: number,
  y: Float64Array,
  yOffset: number,
): void {
  const x0 = x[xOffset];
  const x1 = x[xOffset + 1];
  const x2 = x[xOffset + 2];
  const x3 = x[xOffset + 3];
  const d2 = 2 * stride;
  const d3 = 3 * stride;
  const end = start + columns;
  let k = yOffset;
  for (let j = start; j < end; j++) {
    y[k] = y[k] + a[j] * x0 + a[j + stride] * x1 + a[j + d2] * x2 + a[j + d3] * x3;
    k++;
  }
}
