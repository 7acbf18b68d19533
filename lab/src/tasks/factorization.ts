/**
 * Matrix factorization: ½‖U Vᵀ − M‖² for a 16 × 16 matrix M of rank 4 with singular values 1, ½, ¼, ⅛, and factors of
 * rank 4 (128 parameters). (U Q, V Q) is as good as (U, V) for every orthogonal Q: a gauge that coordinate-wise
 * optimizers break and others do not.
 */
import { differentiable, fold, gaussian, layout, matmul, multiply, square, subtract, sum, type Key } from "egop";
import { multiply as product } from "egop/linalg";
import { randomColumns } from "./decaying.ts";
import type { Task } from "./task.ts";

const size = 16;
const rank = 4;

export function factorization(_folder: string, key: Key): Task {
  const left = randomColumns(size, rank, fold(key, 0));
  const right = randomColumns(size, rank, fold(key, 1));
  for (let i = 0; i < size; i++) for (let k = 0; k < rank; k++) left.set(i, k, left.get(i, k) * 2 ** -k);
  const target = product(left, right, { transposeB: true });
  const model = layout({ U: [size, rank], V: [size, rank] });
  const loss = differentiable(model, { target: [size, size] }, (p, { target: m }) =>
    multiply(0.5, sum(square(subtract(matmul(p.U, p.V, { transposeB: true }), m)))),
  );
  return {
    title: "Matrix factorization, 16 × 16 of rank 4",
    description: "½‖U Vᵀ − M‖², M with singular values 1, 1/2, 1/4, 1/8",
    citation: "made by key",
    model,
    objective: loss.on({ target: target.data }),
    points: gaussian({ mean: new Float64Array(model.size), standardDeviation: 0.3 }),
    start: "normal with deviation 0.3; EGOP samples from the same distribution",
    gradientOperations: 6 * size * size * rank,
  };
}
