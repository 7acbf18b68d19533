/**
 * Guards of transformation states: a cheap one for every update, and a thorough one for states that come from storage.
 */
import { ShapeError, StateError } from "../errors.ts";
import type { TransformationState } from "./transformation.ts";

/** Throws StateError unless `state` is of this kind and version. */
export function checkState(state: TransformationState, kind: string, version: number): void {
  if (state.kind !== kind || state.version !== version)
    throw new StateError(
      `${kind}: the state is of kind "${state.kind}", version ${state.version}; expected "${kind}", version ${version}.`,
    );
}

/** Throws ShapeError unless gradient and parameters have the `size` that the state was made for. */
export function checkLengths(kind: string, size: number, gradient: Float64Array, parameters: Float64Array): void {
  if (gradient.length !== size || parameters.length !== size)
    throw new ShapeError(
      `${kind}: the gradient has ${gradient.length} elements and the parameters have ${parameters.length}; ` +
        `the state was made for ${size}.`,
    );
}

/**
 * Copies a state from storage into a fresh one, in place, after checking that both are built alike: same kinds, same
 * versions, same fields, arrays of the same lengths. `saved` is only read and shares nothing with the result.
 *
 * `path` names the fresh state in messages. Throws StateError that names the first field that differs, or that is NaN.
 */
export function restoreState(fresh: TransformationState, saved: TransformationState, path: string): void {
  restoreFields(fresh, saved, path);
}

function restoreFields(fresh: object, saved: unknown, path: string): void {
  if (typeof saved !== "object" || saved === null) throw mismatch(path, "an object", saved);
  const target = fresh as Record<string, unknown>;
  const source = saved as Record<string, unknown>;
  for (const field of Object.keys(target)) {
    const here = Array.isArray(fresh) ? `${path}[${field}]` : `${path}.${field}`;
    target[field] = restored(target[field], source[field], here, field === "kind" || field === "version");
  }
  for (const field of Object.keys(source))
    if (!Object.hasOwn(target, field))
      throw new StateError(`The state has the field ${path}.${field}, which does not belong there.`);
}

/** The value for one field of the fresh state; arrays and objects are filled in place. */
function restored(fresh: unknown, saved: unknown, path: string, fixed: boolean): unknown {
  if (isFloat64Array(fresh)) {
    if (!isFloat64Array(saved) || saved.length !== fresh.length)
      throw mismatch(path, `a Float64Array of length ${fresh.length}`, saved);
    const index = saved.findIndex(Number.isNaN);
    if (index >= 0) throw new StateError(`The state holds NaN at ${path}[${index}].`);
    fresh.set(saved);
    return fresh;
  }
  if (typeof fresh === "object" && fresh !== null) {
    if (Array.isArray(fresh) && !(Array.isArray(saved) && saved.length === fresh.length))
      throw mismatch(path, `an array of length ${fresh.length}`, saved);
    restoreFields(fresh, saved, path);
    return fresh;
  }
  if (fixed && saved !== fresh) throw mismatch(path, JSON.stringify(fresh), saved);
  if (typeof saved !== typeof fresh || Number.isNaN(saved)) throw mismatch(path, `a ${typeof fresh}`, saved);
  return saved;
}

function mismatch(path: string, expected: string, found: unknown): StateError {
  return new StateError(`The state has ${describe(found)} at ${path}; expected ${expected}.`);
}

function describe(found: unknown): string {
  if (isFloat64Array(found)) return `a Float64Array of length ${found.length}`;
  if (Array.isArray(found)) return `an array of length ${found.length}`;
  if (typeof found === "object" && found !== null) return "an object";
  return typeof found === "string" ? JSON.stringify(found) : String(found);
}

/** Also true for an array that structuredClone or a frame has brought from another realm, where instanceof is false. */
function isFloat64Array(value: unknown): value is Float64Array {
  return Object.prototype.toString.call(value) === "[object Float64Array]";
}
