/**
 * Hessian-vector products of a traced loss: the gradient's derivative along a direction, by forward mode through the
 * reverse one (B. A. Pearlmutter, Fast Exact Multiplication by the Hessian, Neural Computation 6, 1994). Cost: a small
 * constant times that of the gradient; the Hessian is never formed.
 */
import { ArgumentError } from "../errors.ts";
import type { Layout } from "../linalg/layout.ts";
import { compile, type Program } from "./compile.ts";
import { pushForward } from "./forward.ts";
import { placeParameters, type Trace } from "./trace.ts";
import type { Tensor } from "./tensor.ts";

/** The tensors that stand for a direction, and those of the Hessian times it: one of each for each parameter tensor. */
export interface Curvature {
  readonly directions: readonly Tensor[];
  readonly products: readonly Tensor[];
}

/** Extends a trace by the Hessian times a direction; `gradient` holds the gradient's tensors. */
export function traceCurvature({ graph, parameters }: Trace, gradient: readonly Tensor[]): Curvature {
  return graph.extend(() => {
    const directions = parameters.map((tensor) => graph.input("direction", tensor.shape));
    return { directions, products: pushForward(gradient, parameters, directions) };
  });
}

/**
 * Evaluates Hessian-vector products by a program that is compiled when first used. `bind` puts the data into it and
 * gives what is to be called with each evaluation's key (where rows are drawn by it).
 */
export function curvatureEvaluator<Draw>(
  traced: Trace,
  layout: Layout,
  curvature: () => Curvature,
  bind: (program: Program) => (key: Draw) => void,
): (point: Float64Array, direction: Float64Array, out: Float64Array, key: Draw) => void {
  let started: { readonly program: Program; readonly next: (key: Draw) => void } | undefined;
  const start = (): NonNullable<typeof started> => {
    const { directions, products } = curvature();
    const program = compile([...traced.parameters, ...traced.inputs, ...directions], products);
    return { program, next: bind(program) };
  };
  const firstDirection = traced.parameters.length + traced.inputs.length;
  return (point, direction, out, key) => {
    layout.check(point, "hessianVector: point");
    layout.check(direction, "hessianVector: direction");
    layout.check(out, "hessianVector: out");
    if (out === point || out === direction)
      throw new ArgumentError("hessianVector: out is the point's or the direction's own array.");
    const { program, next } = (started ??= start());
    next(key);
    placeParameters(program, layout, point);
    layout.tensors.forEach(({ offset }, t) => {
      program.placeInput(firstDirection + t, direction, offset);
      program.placeOutput(t, out, offset);
    });
    program.run();
  };
}
