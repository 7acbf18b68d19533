/**
 * Carrying an optimizer's state through a change of coordinates, as when a basis is refreshed in the middle of a run.
 *
 * First moments are linear in the gradients and turn exactly. Averages of squares do not: of the second-moment matrix they
 * are only the diagonal, so what becomes of them is the choice of whoever makes the CoordinateChange.
 */
import { ArgumentError } from "../errors.ts";
import type { ChainState } from "./named-chain.ts";
import { restoreState } from "./state.ts";
import type { CoordinateChange, GradientTransformation, TransformationState } from "./transformation.ts";

/**
 * Overwrites `state` by what it is in other coordinates. A state without vectors (a step count, a schedule's) stays as it
 * is; with `change.restart`, a state with vectors becomes that of a first step.
 *
 * Throws ArgumentError for a transformation whose state has vectors and that does not say how they turn; the states of
 * the parts before it in a chain have then been changed.
 *
 * @example carryState(adam(), adam().init(model), changeOfBasis(identityBasis(model), identityBasis(model)))
 */
export function carryState(
  transformation: GradientTransformation,
  state: TransformationState,
  change: CoordinateChange,
): void {
  if (transformation.carry !== undefined) {
    transformation.carry(state, change, carryState);
    return;
  }
  if (transformation.parts !== undefined) {
    const { parts: states } = state as ChainState;
    transformation.parts.forEach((part, k) => carryState(part, states[k], change));
    return;
  }
  const fields = Object.fromEntries(Object.entries(state)) as Readonly<Record<string, unknown>>;
  const vectors = Object.keys(fields).filter((name) => typeof fields[name] === "object");
  if (vectors.length === 0) return;
  if (change.restart) {
    restoreState(state, transformation.init(change.layout), transformation.name);
    return;
  }
  if (transformation.turn !== undefined) {
    transformation.turn(state, change);
    return;
  }
  const { first = [], second = [], sizes = [] } = transformation.moments ?? {};
  const unknown = vectors.find((name) => ![...first, ...second, ...sizes].includes(name));
  if (unknown !== undefined)
    throw new ArgumentError(
      `carryState: ${transformation.name} does not say how "${unknown}" of its state turns with the coordinates; ` +
        "restart its state instead.",
    );
  for (const name of first) change.rotate(vectorAt(fields, name, transformation.name));
  for (const name of second) change.rotateSquares(vectorAt(fields, name, transformation.name));
  for (const name of sizes) {
    const vector = vectorAt(fields, name, transformation.name);
    for (let i = 0; i < vector.length; i++) vector[i] *= vector[i];
    change.rotateSquares(vector);
    for (let i = 0; i < vector.length; i++) vector[i] = Math.sqrt(vector[i]);
  }
}

function vectorAt(fields: Readonly<Record<string, unknown>>, name: string, owner: string): Float64Array {
  const vector = fields[name];
  if (!(vector instanceof Float64Array))
    throw new ArgumentError(`carryState: ${owner} names "${name}" a moment; its state has no such Float64Array.`);
  return vector;
}
