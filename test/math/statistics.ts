/** Tests of goodness of fit at the level 0.001; the draws they judge have fixed keys, so they pass always or never. */

/** √n times the largest distance of the sample's distribution from `distribution`; 1.95 is exceeded with probability 0.001. */
export function kolmogorovSmirnov(sample: Float64Array, distribution: (x: number) => number): number {
  const sorted = sample.toSorted();
  const n = sorted.length;
  let distance = 0;
  for (let i = 0; i < n; i++) {
    const f = distribution(sorted[i]);
    distance = Math.max(distance, f - i / n, (i + 1) / n - f);
  }
  return Math.sqrt(n) * distance;
}

/** The standard normal distribution function; the error integral by C. Hastings' fit (Abramowitz and Stegun, 7.1.26), to 1.5e-7. */
export function normalDistribution(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const fit = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const upper = (fit * Math.exp(-z * z)) / 2;
  return x < 0 ? upper : 1 - upper;
}

/** Pearson's statistic of equally likely cells, over its 0.999 quantile (Wilson and Hilferty): above 1 is a failure. */
export function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1;
  const spread = 2 / (9 * freedom);
  return statistic / (freedom * (1 - spread + 3.09 * Math.sqrt(spread)) ** 3);
}

/** √n times the correlation of two samples; 3.29 is exceeded in size with probability 0.001. */
export function correlation(a: Float64Array, b: Float64Array): number {
  const n = a.length;
  const mean = (v: Float64Array): number => v.reduce((sum, x) => sum + x, 0) / n;
  const meanA = mean(a);
  const meanB = mean(b);
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < n; i++) {
    ab += (a[i] - meanA) * (b[i] - meanB);
    aa += (a[i] - meanA) ** 2;
    bb += (b[i] - meanB) ** 2;
  }
  return (Math.sqrt(n) * ab) / Math.sqrt(aa * bb);
}
