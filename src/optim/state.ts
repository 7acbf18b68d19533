/**
 * Guards of transformation states: a cheap one for every update, and a thorough one for states that come from storage.
 */
import { NotFiniteError, ShapeError, StateError } from "../errors.ts";
import { indexOfNotFinite } from "../linalg/finite.ts";
import type { TransformationState } from "./transformation.ts";

/** Throws StateError unless `state` is of this kind and of version 1, the only one there is. */
export function checkState(state: TransformationState, kind: string): void {
  if (state.kind !== kind || state.version !== 1)
    throw new StateError(`${kind}: the state is ${state.kind} version ${state.version}; expected ${kind} version 1.`);
}

/** Throws ShapeError unless gradient and parameters have the `size` that the state was made for. */
export function checkLengths(kind: string, size: number, gradient: Float64Array, parameters: Float64Array): void {
  if (gradient.length !== size || parameters.length !== size)
    throw new ShapeError(
      `${kind}: the gradient has ${gradient.length} elements, the parameters ${parameters.length}; expected ${size}.`,
    );
}

/** Throws NotFiniteError for a gradient with NaN or an infinity. O(length). */
export function requireFiniteGradient(kind: string, gradient: Float64Array): void {
  const index = indexOfNotFinite(gradient);
  if (index >= 0)
    throw new NotFiniteError(
      `${kind}: element ${index} of the gradient is ${gradient[index]}; expected finite numbers.`,
    );
}

/**
 * Copies a state from storage into a fresh one, in place, after checking that both are built alike: same kinds, same
 * versions, same fields, arrays of the same lengths; `slots`, the places of tensors, must be the very same numbers,
 * `name`, that of a group, the very same, and `step` a whole number. `saved` is only read and shares nothing with the result.
 *
 * `path` names the fresh state in messages. Throws StateError that names the first field that differs, that holds NaN
 * (but in the sum of an epoch's losses, of which `skipNotFinite` lets any pass), or infinities where it is a point; the
 * fresh state is then as it was.
 */
export function restoreState(fresh: TransformationState, saved: TransformationState, path: string): void {
  requireAlike(fresh, saved, path, false);
  copyFields(fresh, saved);
}

/** The fields that say what a state was made for. */
const identities = ["kind", "version", "slots", "name"];
/** The fields that hold points among the parameters: no run comes to infinite ones, while averages of squares may overflow. */
const points = ["parameters", "bestParameters", "average", "simplex", "base", "start"];

/** Throws unless `saved` could take the place of `fresh`; `fixed` asks for the very same value. */
function requireAlike(fresh: unknown, saved: unknown, path: string, fixed: boolean): void {
  const kind = arrayKind(fresh);
  if (kind !== undefined) {
    const { length } = fresh as StateArray;
    if (arrayKind(saved) !== kind || (saved as StateArray).length !== length)
      throw mismatch(path, `${articleOf(kind)} ${kind} of length ${length}`, saved);
    const isPoint = points.includes(path.slice(path.lastIndexOf(".") + 1));
    const index = (saved as Float64Array).findIndex((entry) =>
      isPoint ? !Number.isFinite(entry) : Number.isNaN(entry),
    );
    if (index >= 0) throw new StateError(`The state holds ${(saved as Float64Array)[index]} at ${path}[${index}].`);
  } else if (typeof fresh === "object" && fresh !== null) {
    if (typeof saved !== "object" || saved === null) throw mismatch(path, "an object", saved);
    if (Array.isArray(fresh) && !(Array.isArray(saved) && saved.length === fresh.length))
      throw mismatch(path, `an array of length ${fresh.length}`, saved);
    const target = fresh as Record<string, unknown>;
    const source = saved as Record<string, unknown>;
    for (const field of Object.keys(target)) {
      const here = Array.isArray(fresh) ? `${path}[${field}]` : `${path}.${field}`;
      requireAlike(target[field], source[field], here, fixed || identities.includes(field));
      if (field === "step" && !(Number.isSafeInteger(source[field]) && Number(source[field]) >= 0))
        throw mismatch(here, "a whole number at or above 0", source[field]);
    }
    for (const field of Object.keys(source))
      if (!Object.hasOwn(target, field))
        throw new StateError(`The state has the field ${path}.${field}, which does not belong there.`);
  } else {
    if (fixed && saved !== fresh) throw mismatch(path, JSON.stringify(fresh), saved);
    if (typeof saved !== typeof fresh || (Number.isNaN(saved) && !path.endsWith(".lossSum")))
      throw mismatch(path, `a ${typeof fresh}`, saved);
  }
}

/** Copies field by field between objects that are alike; arrays and objects are filled in place. */
export function copyFields(into: object, from: object): void {
  const [fresh, saved] = [into as Record<string, unknown>, from as Record<string, unknown>];
  for (const field of Object.keys(fresh)) {
    const value = fresh[field];
    if (arrayKind(value) !== undefined) (value as StateArray).set(saved[field] as StateArray);
    else if (typeof value === "object" && value !== null) copyFields(value, saved[field] as object);
    else fresh[field] = saved[field];
  }
}

/** A copy of plain data. */
export function copyOf<Data extends object>(data: Data): Data {
  if (ArrayBuffer.isView(data)) return (data as unknown as Float64Array).slice() as unknown as Data;
  const made: unknown = Array.isArray(data)
    ? data.map(copyField)
    : Object.fromEntries(Object.entries(data).map(([name, value]) => [name, copyField(value)]));
  return made as Data;
}

function copyField(value: unknown): unknown {
  return typeof value === "object" && value !== null ? copyOf(value) : value;
}

function mismatch(path: string, expected: string, found: unknown): StateError {
  return new StateError(`The state has ${describe(found)} at ${path}; expected ${expected}.`);
}

function describe(found: unknown): string {
  const kind = arrayKind(found);
  if (kind !== undefined) return `${articleOf(kind)} ${kind} of length ${(found as StateArray).length}`;
  if (Array.isArray(found)) return `an array of length ${found.length}`;
  if (typeof found === "object" && found !== null) return "an object";
  return typeof found === "string" ? JSON.stringify(found) : String(found);
}

function articleOf(kind: string): string {
  return kind.startsWith("I") ? "an" : "a";
}

/** The typed arrays that a state may hold. */
export type StateArray = Float64Array | Int32Array | Uint32Array;

/**
 * Which typed array of a state this is, or undefined. Also found for an array that structuredClone or a frame has
 * brought from another realm, where instanceof is false.
 */
export function arrayKind(value: unknown): "Float64Array" | "Int32Array" | "Uint32Array" | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const tag = Object.prototype.toString.call(value);
  if (tag === "[object Float64Array]") return "Float64Array";
  if (tag === "[object Int32Array]") return "Int32Array";
  return tag === "[object Uint32Array]" ? "Uint32Array" : undefined;
}
