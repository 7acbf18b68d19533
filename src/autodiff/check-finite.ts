/** The opt-in look at every value of a program, for finding the operation where NaN or an infinity first appeared. */
import { NotFiniteError } from "../errors.ts";
import type { Shape } from "../linalg/layout.ts";
import type { Node, Operand } from "./tensor.ts";

/**
 * The kernel of a node, followed by a look at its result. Throws NotFiniteError where an element is NaN or an infinity:
 * the message names the operation, the place, and the inputs that were already so (which only inputs of the program can).
 */
export function checked(run: () => void, node: Node, inputs: readonly Operand[], output: Operand): () => void {
  return () => {
    inputs.forEach((input, index) => {
      const tensor = node.inputs[index];
      const bad = firstNotFinite(input);
      if (bad >= 0 && tensor.node.primitive === undefined)
        throw new NotFiniteError(
          `The input "${tensor.node.label}" of the program is ${input.array[input.offset + bad]} at ${placeIn(input.shape, bad)}.`,
        );
    });
    run();
    const bad = firstNotFinite(output);
    if (bad < 0) return;
    const shapes = node.inputs.map((input) => `[${input.shape.join(", ")}]`).join(" and ");
    throw new NotFiniteError(
      `${node.label} of ${shapes} made ${output.array[output.offset + bad]} at ${placeIn(output.shape, bad)} ` +
        `(%${node.output.id} of the program); what it read was finite.`,
    );
  };
}

function firstNotFinite({ array, offset, size }: Operand): number {
  for (let k = 0; k < size; k++) if (!Number.isFinite(array[offset + k])) return k;
  return -1;
}

/** A flat index as [i, j, ...] in a shape. */
export function placeIn(shape: Shape, index: number): string {
  let rest = index;
  const place = [...shape].reverse().map((length) => {
    const along = rest % length;
    rest = Math.floor(rest / length);
    return along;
  });
  return `[${place.reverse().join(", ")}]`;
}
