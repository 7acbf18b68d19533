/**
 * Several bases side by side, each for some tensors of a layout: block-diagonal. Tensors without a basis stay as they are.
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import { layout, type Layout, type Shape, type TensorSlot } from "../linalg/layout.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { checkVectors, denseBasis, type Basis } from "./basis.ts";
import { layoutData, type BasisData } from "./basis-data.ts";
import { requireNamedTensors } from "./basis-tensors.ts";
import { gatherGroup, groupsOf, type Group } from "./moment-form.ts";

/** A basis for the elements of some tensors, one tensor behind the other in the order in which they are named. */
export interface BasisPart {
  readonly tensors: readonly string[];
  readonly basis: Basis;
}

/** A part with its places in the original and the rotated vector, and workspace if its tensors do not lie together. */
interface PlacedPart {
  readonly part: BasisPart;
  readonly group: Group;
  readonly rotatedOffset: number;
  readonly gathered: Float64Array | undefined;
}

type Apply = (basis: Basis, from: Float64Array, out: Float64Array) => void;

/**
 * The bases of groups of tensors together. In the rotated layout a group stands where its first tensor stood: under the
 * names of its tensors joined by "+" where its basis makes it one tensor, else with the basis' own names behind them.
 * Cost: the sum of the parts'.
 *
 * Throws ArgumentError for an unknown tensor and for one in two groups, ShapeError for a basis of another dimension than
 * its group, or for tensors of other shapes (of several, other names).
 *
 * @example unionBasis(model, [{ tensors: ["b"], basis: randomBasis(layout({ b: [2] }), key) }]).dimension // 8
 */
export function unionBasis(original: Layout, parts: readonly BasisPart[]): Basis {
  const groups = groupsOf(
    original,
    parts.map(({ tensors }) => tensors),
    "unionBasis",
  );
  parts.forEach(({ basis, tensors }, k) => {
    if (basis.dimension !== groups[k].size)
      throw new ShapeError(
        `unionBasis: the basis for "${tensors.join("+")}" has dimension ${basis.dimension}; ` +
          `${tensors.length === 1 ? "its tensor has" : "its tensors have"} ${groups[k].size} elements.`,
      );
    requireNamedTensors("unionBasis", basis, groups[k].slots, "its group has");
  });
  const { rotatedLayout, placed, kept } = arranged(original, parts, groups);

  const applied = (toOriginal: boolean, apply: Apply) => {
    const [fromLength, outLength] = toOriginal
      ? [rotatedLayout.size, original.size]
      : [original.size, rotatedLayout.size];
    return (from: Float64Array, out: Float64Array): void => {
      checkVectors("unionBasis", from, out, fromLength, outLength);
      for (const [slot, rotated] of kept) {
        const [source, target] = toOriginal ? [rotated, slot.offset] : [slot.offset, rotated];
        for (let k = 0; k < slot.size; k++) out[target + k] = from[source + k];
      }
      for (const { part, group, rotatedOffset, gathered } of placed) {
        const { basis } = part;
        const inRotated = (flat: Float64Array): Float64Array =>
          flat.subarray(rotatedOffset, rotatedOffset + basis.rotatedDimension);
        const inOriginal = (flat: Float64Array): Float64Array =>
          flat.subarray(group.slots[0].offset, group.slots[0].offset + group.size);
        if (toOriginal) {
          apply(basis, inRotated(from), gathered ?? inOriginal(out));
          if (gathered !== undefined) scatterGroup(group, gathered, out);
        } else {
          if (gathered !== undefined) gatherGroup(group, from, gathered, 0);
          apply(basis, gathered ?? inOriginal(from), inRotated(out));
        }
      }
    };
  };
  return {
    kind: "union",
    dimension: original.size,
    rotatedDimension: rotatedLayout.size,
    rotatedLayout,
    originalLayout: original,
    toRotated: applied(false, (basis, from, out) => basis.toRotated(from, out)),
    toOriginal: applied(true, (basis, from, out) => basis.toOriginal(from, out)),
    pushDirection: applied(true, (basis, from, out) => basis.pushDirection(from, out)),
    pullGradient: applied(false, (basis, from, out) => basis.pullGradient(from, out)),
    parts: placed.map(({ part, rotatedOffset }) => ({ offset: rotatedOffset, basis: part.basis })),
    matrices: parts.flatMap(({ basis }) => basis.matrices),
    cost: {
      operations: parts.reduce((sum, { basis }) => sum + basis.cost.operations, 0),
      bytes: parts.reduce((sum, { basis }) => sum + basis.cost.bytes, 0),
    },
    toJSON: (): BasisData => ({
      ...{ kind: "union", version: 1, layout: layoutData(original) },
      parts: parts.map(({ tensors, basis }) => ({ tensors: [...tensors], basis: basis.toJSON() })),
    }),
  };
}

/** Finds places in the rotated vector. */
function arranged(
  original: Layout,
  parts: readonly BasisPart[],
  groups: readonly Group[],
): {
  readonly rotatedLayout: Layout;
  readonly placed: readonly PlacedPart[];
  readonly kept: readonly (readonly [TensorSlot, rotatedOffset: number])[];
} {
  const shapes: [string, Shape][] = [];
  const placed: PlacedPart[] = [];
  const kept: [TensorSlot, number][] = [];
  let offset = 0;
  for (const slot of original.tensors) {
    const k = groups.findIndex(({ slots }) => slots.some(({ name }) => name === slot.name));
    if (k < 0) {
      kept.push([slot, offset]);
      shapes.push([slot.name, slot.shape]);
      offset += slot.size;
    } else if (groups[k].slots[0].name === slot.name) {
      const part = parts[k];
      const group = groups[k];
      const together = group.slots.every((own, i) => i === 0 || own.offset === endOf(group.slots[i - 1]));
      placed.push({
        part,
        group,
        rotatedOffset: offset,
        gathered: together ? undefined : new Float64Array(group.size),
      });
      const name = part.tensors.join("+");
      const { tensors } = part.basis.rotatedLayout;
      for (const own of tensors) shapes.push([tensors.length === 1 ? name : `${name}.${own.name}`, own.shape]);
      offset += part.basis.rotatedDimension;
    }
  }
  const rotatedLayout = layout(Object.fromEntries(shapes));
  // Equal names would be one tensor, and names that look like whole numbers would come first.
  if (!shapes.every(([name], k) => rotatedLayout.tensors.at(k)?.name === name))
    throw new ArgumentError(
      `unionBasis: the rotated tensors ${shapes.map(([name]) => `"${name}"`).join(", ")} cannot be one layout in this ` +
        "order; give the tensors other names.",
    );
  return { rotatedLayout, placed, kept };
}

function endOf({ offset, size }: TensorSlot): number {
  return offset + size;
}

function scatterGroup(group: Group, gathered: Float64Array, out: Float64Array): void {
  let at = 0;
  for (const slot of group.slots) {
    for (let k = 0; k < slot.size; k++) out[slot.offset + k] = gathered[at + k];
    at += slot.size;
  }
}

/**
 * One orthonormal matrix per named tensor (n × n for a tensor of n elements, flattened row-major); tensors without one
 * stay as they are. Cost to apply, and memory: the sum of n² over the rotated tensors.
 * Throws ShapeError for a matrix of another size, ArgumentError for a name that the layout does not have.
 *
 * @example blockBasis(model, new Map([["b", Matrix.identity(2)]])).dimension // 8
 */
export function blockBasis(original: Layout, blocks: ReadonlyMap<string, Matrix>): Basis {
  const parts = [...blocks].map(([name, columns]): BasisPart => {
    const slot = original.slot(name);
    if (columns.rows !== slot.size || columns.columns !== slot.size)
      throw new ShapeError(
        `blockBasis: the block of "${name}" is ${columns.rows} × ${columns.columns}; its tensor has ${slot.size} elements.`,
      );
    return { tensors: [name], basis: denseBasis(columns) };
  });
  return unionBasis(original, parts);
}
