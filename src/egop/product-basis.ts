/** One basis within another: θ = V₁ V₂ θ̃. */
import { ShapeError } from "../errors.ts";
import type { Basis } from "./basis.ts";
import { requireItsTensors } from "./basis-tensors.ts";

/** A basis within another, and what it is made of. */
export interface ProductBasis extends Basis {
  readonly kind: "product";
  readonly outer: Basis;
  readonly inner: Basis;
}

/** Whether a basis is one of `productBasis`. */
export function isProductBasis(basis: Basis): basis is ProductBasis {
  return basis.kind === "product";
}

/**
 * The coordinates of `inner` with respect to those of `outer`: a vector goes through `inner` first on its way to the
 * original ones. Cost: the sum of both. Throws ShapeError unless `inner` is for vectors as `outer` has them rotated, of
 * the same tensors where it knows any.
 *
 * @example productBasis(randomBasis(model, key), hadamardBasis(model, key)).dimension // 8
 */
export function productBasis(outer: Basis, inner: Basis): ProductBasis {
  if (inner.dimension !== outer.rotatedDimension)
    throw new ShapeError(
      `productBasis: the inner basis has dimension ${inner.dimension}; the outer one has ${outer.rotatedDimension} coordinates.`,
    );
  requireItsTensors("productBasis: inner", inner, outer.rotatedLayout, "the coordinates of the outer one are");
  const between = new Float64Array(inner.dimension);
  return {
    kind: "product",
    outer,
    inner,
    dimension: outer.dimension,
    rotatedDimension: inner.rotatedDimension,
    rotatedLayout: inner.rotatedLayout,
    ...(outer.originalLayout === undefined ? {} : { originalLayout: outer.originalLayout }),
    toRotated(original, out): void {
      outer.toRotated(original, between);
      inner.toRotated(between, out);
    },
    toOriginal(rotated, out): void {
      inner.toOriginal(rotated, between);
      outer.toOriginal(between, out);
    },
    pushDirection(direction, out): void {
      inner.pushDirection(direction, between);
      outer.pushDirection(between, out);
    },
    pullGradient(gradient, out): void {
      outer.pullGradient(gradient, between);
      inner.pullGradient(between, out);
    },
    matrices: [...outer.matrices, ...inner.matrices],
    cost: {
      operations: outer.cost.operations + inner.cost.operations,
      bytes: outer.cost.bytes + inner.cost.bytes,
    },
    toJSON: () => ({ kind: "product", version: 1, outer: outer.toJSON(), inner: inner.toJSON() }),
  };
}
