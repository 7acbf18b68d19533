/**
 * Recurrences: a step applied to each element of a sequence in turn, handing a state on. The steps are written out in
 * the graph one after the other, so that all transformations apply; a trace grows with the length, and reverse mode
 * keeps what each step computed (`checkpoint` the step to keep its states only).
 */
import { ArgumentError } from "../errors.ts";
import { slice, stack } from "./join.ts";
import { reshape } from "./structure.ts";
import { requireTensor, shapeError, type Tensor } from "./tensor.ts";
import { leaves, rebuild, type Tensors } from "./tree.ts";

/** What a recurrence leaves: the last state, and what each step gave, along a new first axis. */
export interface Scanned<State extends Tensors> {
  readonly state: State;
  readonly outputs: Tensor;
}

/**
 * Runs `step(state, element) → { state, output }` over the elements of `sequence` along its first axis, from
 * `initialState` on. Throws ShapeError for a scalar sequence or a step that changes the state's shapes, ArgumentError for
 * a state that loses tensors.
 *
 * @example compiled(layout({ x: [3] }), {}, (p) => scan((s, x) => ({ state: add(s, x), output: s }), sum(p.x), p.x).outputs).on({})(Float64Array.of(1, 2, 3)) // [6, 7, 9]
 */
export function scan<State extends Tensors>(
  step: (state: State, element: Tensor) => { readonly state: State; readonly output: Tensor },
  initialState: State,
  sequence: Tensor,
): Scanned<State> {
  requireTensor(sequence, "scan");
  if (sequence.shape.length === 0) throw shapeError("scan", [sequence], "a scalar is no sequence.");
  const [length, ...shape] = sequence.shape;
  const initial = leaves(initialState, "scan");
  let state = initialState;
  const outputs: Tensor[] = [];
  for (let k = 0; k < length; k++) {
    const next = step(state, reshape(slice(sequence, 0, k, k + 1), shape));
    const tensors = leaves(next.state, "scan");
    if (tensors.length !== initial.length)
      throw new ArgumentError(`scan: the step gave ${tensors.length} state tensors; expected ${initial.length}.`);
    tensors.forEach((tensor, t) => {
      if (tensor.shape.join() !== initial[t].shape.join())
        throw shapeError("scan", [initial[t], tensor], "the step changed the shape of the state.");
    });
    state = rebuild(initialState, tensors);
    outputs.push(next.output);
  }
  return { state, outputs: stack(outputs) };
}
