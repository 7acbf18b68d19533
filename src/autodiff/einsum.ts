/**
 * Sums of products written by naming axes with letters, as matrix products: letters that only one operand has and the
 * result has not are summed first, letters of both operands and the result are a batch, letters of both only are the
 * inner axis.
 */
import { ArgumentError } from "../errors.ts";
import { sizeOf } from "../linalg/layout.ts";
import { sum } from "./arithmetic.ts";
import { matmul } from "./matmul.ts";
import { reshape, transpose } from "./structure.ts";
import { requireTensor, shapeError, type Tensor } from "./tensor.ts";

/** A tensor whose axes have letters. */
interface Named {
  readonly tensor: Tensor;
  readonly letters: readonly string[];
}

/**
 * The sum of products that a formula names: `"ij,jk->ik"` is the matrix product. Each operand's axes have a letter, an
 * axis that the result leaves out is summed over. Three operands or more are combined from left to right. A letter may
 * stand only once in each operand (no diagonals) and in the result.
 *
 * Throws ArgumentError for a formula that is none of this, ShapeError for operands that do not fit it.
 *
 * @example compiled(model, {}, (p) => einsum("ij,kj->ik", p.W, p.W)).shape // [3, 3]
 */
export function einsum(formula: string, ...operands: readonly Tensor[]): Tensor {
  const [left, right, ...more] = formula.replaceAll(" ", "").split("->");
  const parts = left.split(",").map((letters) => Array.from(letters));
  const valid = (letters: readonly string[]): boolean =>
    letters.every((letter) => /^[a-zA-Z]$/u.test(letter)) && new Set(letters).size === letters.length;
  const result = typeof right === "string" ? Array.from(right) : undefined;
  if (result === undefined || more.length > 0 || ![...parts, result].every(valid))
    throw new ArgumentError(
      `einsum: the formula is "${formula}"; expected operands' letters, "->" and the result's, none twice in one.`,
    );
  if (parts.length !== operands.length || result.some((letter) => !parts.some((part) => part.includes(letter))))
    throw new ArgumentError(`einsum: the formula "${formula}" does not fit ${operands.length} operands.`);
  const lengths = new Map<string, number>();
  const named = operands.map((tensor, k): Named => {
    requireTensor(tensor, "einsum");
    if (tensor.shape.length !== parts[k].length)
      throw shapeError("einsum", operands, `operand ${k} has not the axes "${parts[k].join("")}".`);
    tensor.shape.forEach((length, axis) => {
      const letter = parts[k][axis];
      if ((lengths.get(letter) ?? length) !== length)
        throw shapeError("einsum", operands, `the axis "${letter}" has two lengths.`);
      lengths.set(letter, length);
    });
    return { tensor, letters: parts[k] };
  });
  let total = named[0];
  for (let k = 1; k < named.length; k++) {
    const later = [...result, ...named.slice(k + 1).flatMap(({ letters }) => letters)];
    total = combine(total, named[k], later);
  }
  return ordered(summed(total, result), result);
}

/** The product of two, with the letters that are still needed. */
function combine(a: Named, b: Named, needed: readonly string[]): Named {
  const left = summed(a, [...b.letters, ...needed]);
  const right = summed(b, [...a.letters, ...needed]);
  const shared = left.letters.filter((letter) => right.letters.includes(letter));
  const batch = shared.filter((letter) => needed.includes(letter));
  const inner = shared.filter((letter) => !needed.includes(letter));
  const rows = left.letters.filter((letter) => !shared.includes(letter));
  const columns = right.letters.filter((letter) => !shared.includes(letter));
  const lengthsOf = ({ tensor, letters }: Named, wanted: readonly string[]): number[] =>
    wanted.map((letter) => tensor.shape[letters.indexOf(letter)]);
  const batchLengths = lengthsOf(left, batch);
  const lead = batch.length > 0 ? [sizeOf(batchLengths)] : [];
  const [m, k, n] = [lengthsOf(left, rows), lengthsOf(left, inner), lengthsOf(right, columns)];
  const product = matmul(
    reshape(ordered(left, [...batch, ...rows, ...inner]), [...lead, sizeOf(m), sizeOf(k)]),
    reshape(ordered(right, [...batch, ...inner, ...columns]), [...lead, sizeOf(k), sizeOf(n)]),
  );
  return { tensor: reshape(product, [...batchLengths, ...m, ...n]), letters: [...batch, ...rows, ...columns] };
}

/** Summed over the axes whose letters are not among those to keep. */
function summed({ tensor, letters }: Named, kept: readonly string[]): Named {
  let rest = tensor;
  for (let axis = letters.length - 1; axis >= 0; axis--) if (!kept.includes(letters[axis])) rest = sum(rest, axis);
  return { tensor: rest, letters: letters.filter((letter) => kept.includes(letter)) };
}

function ordered({ tensor, letters }: Named, wanted: readonly string[]): Tensor {
  return transpose(
    tensor,
    wanted.map((letter) => letters.indexOf(letter)),
  );
}
