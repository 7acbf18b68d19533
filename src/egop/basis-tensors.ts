/**
 * Which tensors a basis is for, and whether those that it is used with are these. A basis that knows of none fits every
 * vector of its dimension; one that knows some must not turn others, which would be a rotation that nobody asked for.
 */
import { ShapeError } from "../errors.ts";
import type { Layout, Shape } from "../linalg/layout.ts";
import { layoutData, type BasisData } from "./basis-data.ts";

interface NamedShape {
  readonly name: string;
  readonly shape: Shape;
}

/** What matters here of a Basis. */
interface OfTensors {
  readonly rotatedLayout: Layout;
  readonly originalLayout?: Layout;
}

type Tensors = readonly NamedShape[];

/**
 * A basis for vectors of these tensors; its `toJSON` writes them down. Throws ShapeError when they have another number of
 * elements than the basis has.
 */
export function forLayout<Basis extends { readonly dimension: number; toJSON(): BasisData }>(
  basis: Basis,
  original: Layout,
): Basis & { readonly originalLayout: Layout } {
  if (original.size !== basis.dimension)
    throw new ShapeError(
      `egop: a basis for ${basis.dimension} parameters has a layout of ${original.size} elements; expected as many.`,
    );
  return {
    ...basis,
    originalLayout: original,
    toJSON: () => ({ ...basis.toJSON(), layout: layoutData(original) }),
  };
}

/**
 * Throws ShapeError, opened by `owner`, when a basis that knows its tensors is used with others; `whose` says who has
 * these. One vector under the name that it gets by default ("parameters") tells no tensors apart, nor does one that a
 * basis has mixed ("rotated"), which a basis that mixes everything may turn once more.
 */
export function requireItsTensors(owner: string, basis: OfTensors, given: Layout | undefined, whose: string): void {
  if (basis.originalLayout === undefined || given === undefined) return;
  if (isVector(given.tensors, "rotated") && isVector(basis.rotatedLayout.tensors, "rotated")) return;
  // The basis of a single tensor by its shape does not know the name.
  const nameless = [basis.originalLayout, given].some(
    ({ tensors }) => tensors.length === 1 && tensors[0].name === "tensor",
  );
  requireSame(owner, basis.originalLayout.tensors, given.tensors, whose, nameless);
}

/** The same for tensors that the caller has named for this basis: of a single one the shape alone matters. */
export function requireNamedTensors(owner: string, basis: OfTensors, given: Tensors, whose: string): void {
  if (basis.originalLayout === undefined) return;
  requireSame(owner, basis.originalLayout.tensors, given, whose, given.length === 1);
}

function requireSame(owner: string, own: Tensors, given: Tensors, whose: string, nameless: boolean): void {
  if (isVector(own, "parameters") || isVector(given, "parameters")) return;
  // What a single vector is called tells nothing apart.
  if (isVector(own, own[0]?.name) && isVector(given, given[0]?.name)) return;
  if (listOf(own, nameless) !== listOf(given, nameless))
    throw new ShapeError(`${owner}: the basis is for the tensors ${listOf(own)}; ${whose} ${listOf(given)}.`);
}

function isVector(tensors: Tensors, name: string | undefined): boolean {
  return tensors.length === 1 && tensors[0].name === name && tensors[0].shape.length === 1;
}

function listOf(tensors: Tensors, nameless = false): string {
  return tensors.map(({ name, shape }) => `${nameless ? "" : `${name} `}[${shape.join(", ")}]`).join(", ");
}
