/** Reading bases back from the data that their `toJSON` writes. */
import { EgopError, StateError } from "../errors.ts";
import { denseFromData, identityFromData, type Basis } from "./basis.ts";
import { forLayout } from "./basis-tensors.ts";
import { isRecord, readBasisData, readLayout, readList, readNames, type BasisData } from "./basis-data.ts";
import { hadamardFromData } from "./hadamard-basis.ts";
import { householderFromData } from "./householder-basis.ts";
import { kroneckerFromData } from "./kronecker-basis.ts";
import { auxiliaryFromData, reducedFromData } from "./low-rank-basis.ts";
import { productBasis } from "./product-basis.ts";
import { unionBasis, type BasisPart } from "./union-basis.ts";

/** Unions and products may stand within each other this deep; further down a text is refused. */
const deepest = 16;

/**
 * The basis that `data` describes: what JSON.parse makes of `JSON.stringify(basis)`, or `basis.toJSON()` itself. It applies
 * with the same bits as the one that was written. Throws StateError, naming what is wrong, for anything else; the
 * orthonormality of the columns is not checked.
 *
 * @example basisFromJSON(JSON.parse(JSON.stringify(basis))).kind // "dense"
 */
export function basisFromJSON(data: unknown): Basis {
  try {
    return read(data, 0);
  } catch (error) {
    if (error instanceof EgopError && !(error instanceof StateError))
      throw new StateError(`basisFromJSON: the data does not fit together: ${error.message}`);
    throw error;
  }
}

function read(value: unknown, depth: number): Basis {
  if (depth > deepest) throw new StateError(`basisFromJSON: the data is nested more than ${deepest} levels deep.`);
  const data = readBasisData(value);
  const basis = ofKind(data, depth);
  // The layout of kinds that do not need one; what was written before it was kept has none.
  const known = basis.originalLayout !== undefined || data["layout"] === undefined;
  return known ? basis : forLayout(basis, readLayout(data, "layout"));
}

function ofKind(data: BasisData, depth: number): Basis {
  switch (data.kind) {
    case "identity":
      return identityFromData(data);
    case "dense":
      return denseFromData(data);
    case "kronecker":
      return kroneckerFromData(data);
    case "reduced":
      return reducedFromData(data);
    case "auxiliary":
      return auxiliaryFromData(data);
    case "householder":
      return householderFromData(data);
    case "hadamard":
      return hadamardFromData(data);
    case "product":
      return productBasis(read(data["outer"], depth + 1), read(data["inner"], depth + 1));
    case "union":
      return unionBasis(readLayout(data, "layout"), partsOf(data, depth));
    default:
      throw new StateError(`basisFromJSON: no basis is of kind "${data.kind}".`);
  }
}

function partsOf(data: BasisData, depth: number): readonly BasisPart[] {
  return readList(data, "parts").map((part) => {
    if (!isRecord(part)) throw new StateError("basisFromJSON: a part of a union is no object.");
    return { tensors: readNames(part["tensors"]), basis: read(part["basis"], depth + 1) };
  });
}
