/** Tensors by name, in a list, or alone: what functions of several tensors take and give, taken apart and put together. */
import { ArgumentError } from "../errors.ts";
import { requireTensor, Tensor } from "./tensor.ts";

/** One tensor, a list of tensors, or tensors by name. */
export type Tensors = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

/** The tensors of a tree, in its order. Throws ArgumentError for anything else in it, and for a tree without tensors. */
export function leaves(tree: Tensors, caller: string): Tensor[] {
  if (tree instanceof Tensor) return [tree];
  const isTree = typeof tree === "object" && (tree as unknown) !== null;
  const tensors: unknown[] = isTree ? Object.values(tree) : [tree];
  return tensors.map((tensor) => {
    requireTensor(tensor, caller);
    return tensor;
  });
}

/** A tree like another one with other tensors in it. */
export function rebuild<Tree extends Tensors>(tree: Tree, tensors: readonly Tensor[]): Tree {
  if (tree instanceof Tensor) return tensors[0] as Tensors as Tree;
  if (Array.isArray(tree)) return [...tensors] as Tensors as Tree;
  return Object.fromEntries(Object.keys(tree).map((name, k) => [name, tensors[k]])) as Tensors as Tree;
}

/** The leaves of two trees side by side. Throws ArgumentError when they are not made alike. */
export function pairedLeaves(a: Tensors, b: Tensors, caller: string): [Tensor[], Tensor[]] {
  const names = (tree: Tensors): string => (tree instanceof Tensor ? "one tensor" : Object.keys(tree).join(", "));
  const first = leaves(a, caller);
  const second = leaves(b, caller);
  if (names(a) !== names(b))
    throw new ArgumentError(`${caller}: the point holds ${names(a)}; the direction holds ${names(b)}.`);
  return [first, second];
}
