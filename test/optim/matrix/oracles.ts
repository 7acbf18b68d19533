/** The matrix-aware optimizers straight from their papers: dense, slow, with arrays of arrays and an eigensolver of their own. */
export type Rows = number[][];

const zeros = (m: number, n: number): Rows => Array.from({ length: m }, () => new Array<number>(n).fill(0));
const identity = (n: number): Rows => zeros(n, n).map((row, i) => row.map((_v, j) => (i === j ? 1 : 0)));
export const transpose = (a: Rows): Rows => a[0].map((_v, j) => a.map((row) => row[j]));
export const times = (a: Rows, b: Rows): Rows =>
  a.map((row) => b[0].map((_v, j) => row.reduce((sum, x, k) => sum + x * b[k][j], 0)));
const combine = (a: Rows, b: Rows, f: (x: number, y: number) => number): Rows =>
  a.map((row, i) => row.map((x, j) => f(x, b[i][j])));

/** Eigenvalues, descending, and eigenvectors as columns, by cyclic Jacobi rotations. */
function eigen(matrix: Rows): { values: number[]; vectors: Rows } {
  const n = matrix.length;
  let a = matrix.map((row) => [...row]);
  let v = identity(n);
  const size = Math.max(...matrix.flat().map(Math.abs));
  for (let sweep = 0; sweep < 10; sweep++)
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(a[p][q]) <= 1e-18 * size) continue;
        const theta = 0.5 * Math.atan2(2 * a[p][q], a[q][q] - a[p][p]);
        const j = identity(n);
        j[p][p] = j[q][q] = Math.cos(theta);
        j[p][q] = Math.sin(theta);
        j[q][p] = -Math.sin(theta);
        a = times(transpose(j), times(a, j));
        a[p][q] = a[q][p] = 0;
        v = times(v, j);
      }
  const order = a.map((_row, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  return { values: order.map((i) => a[i][i]), vectors: v.map((row) => order.map((i) => row[i])) };
}

/** V f(Λ) Vᵀ. */
function functionOf(matrix: Rows, f: (value: number) => number): Rows {
  const { values, vectors } = eigen(matrix);
  return times(
    vectors.map((row) => row.map((x, j) => x * f(values[j]))),
    transpose(vectors),
  );
}

/** A step as a function of the gradient matrix; holds its own state. */
export type Oracle = (gradient: Rows) => Rows;

/** (εI + Σ ggᵀ)^(−1/2) g with g the gradient row by row. */
export function fullAdagradOracle(size: number, epsilon: number): Oracle {
  let sum = identity(size).map((row) => row.map((x) => epsilon * x));
  return (gradient) => {
    const g = gradient.flat().map((x) => [x]);
    sum = combine(sum, times(g, transpose(g)), (x, y) => x + y);
    const step = times(
      functionOf(sum, (x) => 1 / Math.sqrt(x)),
      g,
    ).flat();
    return gradient.map((row, i) => row.map((_v, j) => step[i * row.length + j]));
  };
}

/** [(GGᵀ)^(1/2) + εI]⁻¹ g with G the last gradients, dense. */
export function ggtOracle(window: number, decay: number, epsilon: number): Oracle {
  const past: number[][] = [];
  return (gradient) => {
    const g = gradient.flat();
    past.unshift(g);
    past.length = Math.min(past.length, window);
    const weighted = past.map((row, age) => row.map((x) => decay ** age * x));
    const root = functionOf(times(transpose(weighted), weighted), (x) => 1 / (Math.sqrt(Math.max(x, 0)) + epsilon));
    const step = times(
      root,
      g.map((x) => [x]),
    ).flat();
    return gradient.map((row, i) => row.map((_v, j) => step[i * row.length + j]));
  };
}

export function shampooOracle(m: number, n: number, epsilon: number, exponent: number, interval: number): Oracle {
  let [left, right] = [zeros(m, m), zeros(n, n)];
  let [leftRoot, rightRoot] = [left, right];
  let step = 0;
  const root = (a: Rows): Rows => functionOf(a, (x) => (Math.max(x, 0) + epsilon) ** (-1 / exponent));
  return (g) => {
    left = combine(left, times(g, transpose(g)), (x, y) => x + y);
    right = combine(right, times(transpose(g), g), (x, y) => x + y);
    if (step++ % interval === 0) [leftRoot, rightRoot] = [root(left), root(right)];
    return times(times(leftRoot, g), rightRoot);
  };
}

/** The columns of a, orthonormalized from the first to the last by Gram and Schmidt, twice. */
function gramSchmidt(a: Rows): Rows {
  const columns = transpose(a);
  columns.forEach((column, k) => {
    for (let round = 0; round < 2; round++)
      for (let j = 0; j < k; j++) {
        const inner = column.reduce((sum, x, i) => sum + x * columns[j][i], 0);
        column.forEach((_x, i) => (column[i] -= inner * columns[j][i]));
      }
    const norm = Math.hypot(...column);
    column.forEach((_x, i) => (column[i] /= norm));
  });
  return transpose(columns);
}

/** SOAP in the order of the reference code: project, Adam, project back, momentum back and forth around every refresh. */
export function soapOracle(
  m: number,
  n: number,
  beta1: number,
  beta2: number,
  epsilon: number,
  interval: number,
): Oracle {
  let [left, right] = [zeros(m, m), zeros(n, n)];
  let [ql, qr] = [identity(m), identity(n)];
  let [first, second] = [zeros(m, n), zeros(m, n)];
  let t = -1;
  const project = (x: Rows): Rows => times(times(transpose(ql), x), qr);
  const back = (x: Rows): Rows => times(times(ql, x), transpose(qr));
  const lerp = (a: Rows, b: Rows): Rows => combine(a, b, (x, y) => beta2 * x + (1 - beta2) * y);
  function improved(moments: Rows, q: Rows): { q: Rows; order: number[] } {
    const quotients = times(transpose(q), times(moments, q)).map((row, i) => row[i]);
    const order = quotients.map((_x, i) => i).sort((i, j) => quotients[j] - quotients[i]);
    const sorted = q.map((row) => order.map((i) => row[i]));
    return { q: gramSchmidt(times(moments, sorted)), order };
  }
  return (g) => {
    t += 1;
    let step = zeros(m, n);
    if (t > 0) {
      const rotated = project(g);
      first = combine(first, rotated, (x, y) => beta1 * x + (1 - beta1) * y);
      second = combine(second, rotated, (x, y) => beta2 * x + (1 - beta2) * y * y);
      const factor = Math.sqrt(1 - beta2 ** t) / (1 - beta1 ** t);
      step = back(combine(first, second, (x, y) => (factor * x) / (Math.sqrt(y) + epsilon)));
    }
    const momentum = back(first);
    left = lerp(left, times(g, transpose(g)));
    right = lerp(right, times(transpose(g), g));
    if (t === 0) [ql, qr] = [eigen(left).vectors, eigen(right).vectors];
    else if (t % interval === 0) {
      const [l, r] = [improved(left, ql), improved(right, qr)];
      second = l.order.map((i) => r.order.map((j) => second[i][j]));
      [ql, qr] = [l.q, r.q];
    }
    if (t > 0) first = project(momentum);
    return step;
  };
}

export function muonOracle(m: number, n: number, momentum: number): Oracle {
  let buffer = zeros(m, n);
  return (g) => {
    buffer = combine(buffer, g, (b, x) => momentum * b + (1 - momentum) * x);
    let x = combine(g, buffer, (y, b) => (1 - momentum) * y + momentum * b);
    const norm = Math.hypot(...x.flat());
    x = x.map((row) => row.map((y) => y / norm));
    for (let k = 0; k < 5; k++) {
      const a = times(x, transpose(x));
      const polynomial = combine(a, times(a, a), (y, z) => -4.775 * y + 2.0315 * z);
      x = combine(x, times(polynomial, x), (y, z) => 3.4445 * y + z);
    }
    const scale = Math.sqrt(Math.max(1, m / n));
    return x.map((row) => row.map((y) => scale * y));
  };
}
