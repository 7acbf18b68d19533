/**
 * An optimizer in the coordinates of a basis, as a gradient transformation: an existing training loop that goes on in
 * original coordinates needs one changed line.
 *
 *   g̃ = Vᵀg,  p̃ = Vᵀp      the optimizer turns g̃ into a step in rotated coordinates      step = V step̃
 *
 * What stands inside acts in rotated coordinates: clipping by norm and decay of the parameters mean the same there for an
 * orthonormal basis (‖Vᵀg‖ = ‖g‖, V λVᵀp = λp), clipping by value and coupled decay before an adaptive scaling do not;
 * schedules see the step alone. What stands outside, in a chain, acts in original coordinates.
 *
 * Cost: a pull of the gradient and a push of the step, and a pull of the parameters unless `parameters` is false.
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import { checkState } from "../optim/state.ts";
import type { GradientTransformation, TransformationState } from "../optim/transformation.ts";
import type { Basis } from "./basis.ts";
import { requireItsTensors } from "./basis-tensors.ts";

export interface InBasisState extends TransformationState {
  readonly kind: "inBasis";
  readonly version: 1;
  /** The optimizer's state, in rotated coordinates. */
  readonly inner: TransformationState;
}

export interface InBasisOptions {
  /** Whether the optimizer looks at the parameters, as weight decay does; with false it sees zeros. Default true. */
  readonly parameters?: boolean;
}

/**
 * The optimizer that makes the steps of `optimizer` in the coordinates of `basis`. Not for a reduced basis whose start is
 * not the run's (its steps lie in the span in any case). Throws ShapeError, when its state is made, for parameters of
 * another number than the basis has, or of other tensors than it is for, and ArgumentError for an optimizer that averages the
 * parameters and is not to see them.
 *
 * @example minimize(objective, { start, optimizer: inBasis(basis, adam({ learningRate: 0.1 })), steps: 3 }).steps // 3
 */
export function inBasis(
  basis: Basis,
  optimizer: GradientTransformation,
  options: InBasisOptions = {},
): GradientTransformation<InBasisState> {
  const { parameters: seesParameters = true } = options;
  const evaluates = optimizer.evaluationParameters !== undefined;
  if (evaluates && !seesParameters)
    throw new ArgumentError(
      `inBasis: ${optimizer.name} chooses the parameters to evaluate; expected parameters true, so that it sees them.`,
    );
  const gradient = new Float64Array(basis.rotatedDimension);
  const point = new Float64Array(basis.rotatedDimension);
  return {
    name: `inBasis(${optimizer.name})`,
    ...(optimizer.toleratesNotFinite === true ? { toleratesNotFinite: true } : {}),
    // A check would have to turn the gradient too, which costs more than the copies by which a chain undoes its steps.
    mayThrow: true,
    init(layout): InBasisState {
      if (layout.size !== basis.dimension)
        throw new ShapeError(`inBasis: the basis is for ${basis.dimension} parameters; there are ${layout.size}.`);
      requireItsTensors("inBasis", basis, layout, "the parameters are");
      return { kind: "inBasis", version: 1, inner: optimizer.init(basis.rotatedLayout) };
    },
    update(step, state, parameters): void {
      checkState(state, "inBasis");
      basis.pullGradient(step, gradient);
      if (seesParameters) basis.toRotated(parameters, point);
      optimizer.update(gradient, state.inner, point);
      basis.pushDirection(gradient, step);
    },
    observe: (value, state) => optimizer.observe?.(value, state.inner),
    ...(evaluates
      ? {
          // By its distance from the parameters, which may lie outside of the span of a reduced basis.
          evaluationParameters(state: InBasisState, parameters: Float64Array, out: Float64Array): void {
            basis.toRotated(parameters, point);
            optimizer.evaluationParameters?.(state.inner, point, gradient);
            for (let i = 0; i < gradient.length; i++) gradient[i] -= point[i];
            basis.pushDirection(gradient, out);
            for (let i = 0; i < out.length; i++) out[i] += parameters[i];
          },
        }
      : {}),
  };
}
