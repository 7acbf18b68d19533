/**
 * Settings by tensor: the tensors of a layout are sorted into groups by a rule, and each group has a transformation of its
 * own, which sees the group's tensors as one layout and nothing else.
 *
 * A group's gradient and parameters are copied together and the step back, one pass over each, O(size).
 */
import { ArgumentError } from "../errors.ts";
import { layout, type Layout, type Shape, type TensorSlot } from "../linalg/layout.ts";
import { checkLengths, checkState, requireFiniteGradient } from "./state.ts";
import type { GradientTransformation, TransformationState } from "./transformation.ts";
import { orAsBefore } from "./undo.ts";

export interface ByTensorState {
  readonly kind: "byTensor";
  readonly version: 1;
  /** The number of parameters. */
  readonly slots: { readonly size: number };
  /** The groups that have tensors, in the order in which they were given. */
  readonly groups: readonly {
    readonly name: string;
    /** Where the group's tensors lie in the flat array. */
    readonly slots: readonly { readonly offset: number; readonly size: number }[];
    readonly state: TransformationState;
  }[];
}

/** A group's vectors, copied together. */
interface Workspace {
  readonly gradient: Float64Array;
  readonly parameters: Float64Array;
}

/**
 * Runs another transformation for each group of tensors. `rule` says for a tensor, by its name and shape, which of the
 * `groups` it belongs to. A group whose transformation is null keeps its parameters where they are: its step is 0.
 *
 * Throws ArgumentError when made for a layout in which the rule names a group that there is not.
 *
 * @example const optimizer = byTensor(({ shape }) => (shape.length > 1 ? "weights" : "rest"), { weights: adamw({ weightDecay: 0.1 }), rest: adam() });
 */
export function byTensor<const Group extends string>(
  rule: (tensor: TensorSlot) => Group,
  groups: Readonly<Record<Group, GradientTransformation | null>>,
): GradientTransformation<ByTensorState> {
  return grouped("byTensor", rule, groups, false);
}

/**
 * Applies a transformation to some tensors and lets the gradients of all others through unchanged: those that are named, or
 * for which the predicate holds.
 *
 * Throws ArgumentError when made for a layout that has no tensor of a given name.
 *
 * @example const optimizer = chain(scaleByAdam(), masked(addWeightDecay(0.1), ["W"]), scaleByLearningRate(0.01));
 */
export function masked(
  transformation: GradientTransformation,
  tensors: readonly string[] | ((tensor: TensorSlot) => boolean),
): GradientTransformation<ByTensorState> {
  const chosen = typeof tensors === "function" ? tensors : ({ name }: TensorSlot) => tensors.includes(name);
  const whole = grouped(
    "masked",
    (slot) => (chosen(slot) ? "chosen" : "others"),
    { chosen: transformation, others: null },
    true,
  );
  return {
    ...whole,
    init(given) {
      if (typeof tensors !== "function") for (const name of tensors) given.slot(name);
      return whole.init(given);
    },
  };
}

function grouped(
  kind: string,
  rule: (tensor: TensorSlot) => string,
  groups: Readonly<Record<string, GradientTransformation | null>>,
  pass: boolean,
): GradientTransformation<ByTensorState> {
  const workspaces = new WeakMap<ByTensorState, readonly Workspace[]>();

  function workspaceOf(state: ByTensorState): readonly Workspace[] {
    const known = workspaces.get(state);
    if (known !== undefined) return known;
    const made = state.groups.map(({ slots }) => {
      const size = slots.reduce((sum, slot) => sum + slot.size, 0);
      return { gradient: new Float64Array(size), parameters: new Float64Array(size) };
    });
    workspaces.set(state, made);
    return made;
  }

  function transformationOf(name: string): GradientTransformation | null {
    if (!Object.hasOwn(groups, name))
      throw new ArgumentError(
        `${kind}: there is no group "${name}"; the groups are ${Object.keys(groups).join(", ")}.`,
      );
    return groups[name];
  }

  function gather(gradient: Float64Array, state: ByTensorState, parameters: Float64Array): readonly Workspace[] {
    const spaces = workspaceOf(state);
    state.groups.forEach(({ slots }, g) => {
      copySlots(slots, gradient, spaces[g].gradient);
      copySlots(slots, parameters, spaces[g].parameters);
    });
    return spaces;
  }

  function check(gradient: Float64Array, state: ByTensorState, parameters: Float64Array): void {
    checkState(state, "byTensor");
    checkLengths(kind, state.slots.size, gradient, parameters);
    const spaces = gather(gradient, state, parameters);
    state.groups.forEach(({ name, state: own }, g) =>
      transformationOf(name)?.check?.(spaces[g].gradient, own, spaces[g].parameters),
    );
  }

  function groupsOf(given: Layout): ByTensorState["groups"] {
    const names = new Map(given.tensors.map((slot) => [slot, rule(slot)]));
    for (const name of names.values()) transformationOf(name);
    return Object.keys(groups).flatMap((name) => {
      const transformation = groups[name];
      const tensors = given.tensors.filter((slot) => names.get(slot) === name);
      if (transformation === null || tensors.length === 0) return [];
      const shapes = Object.fromEntries(tensors.map((slot): [string, Shape] => [slot.name, slot.shape]));
      const slots = tensors.map(({ offset, size }) => ({ offset, size }));
      return [{ name, slots, state: transformation.init(layout(shapes)) }];
    });
  }

  const mayThrow = Object.values(groups).some((part) => part?.mayThrow === true);
  function step(gradient: Float64Array, state: ByTensorState, parameters: Float64Array): void {
    const spaces = gather(gradient, state, parameters);
    if (!pass) gradient.fill(0);
    state.groups.forEach(({ name, slots, state: own }, g) => {
      transformationOf(name)?.update(spaces[g].gradient, own, spaces[g].parameters, true);
      spreadSlots(slots, spaces[g].gradient, gradient);
    });
  }

  return {
    name: kind,
    ...(mayThrow ? { mayThrow } : {}),
    init: (given) => ({ kind: "byTensor", version: 1, slots: { size: given.size }, groups: groupsOf(given) }),
    check,
    update(gradient, state, parameters, checked = false) {
      if (!checked) {
        requireFiniteGradient(kind, gradient);
        check(gradient, state, parameters);
      }
      if (mayThrow) orAsBefore(gradient, [state], () => step(gradient, state, parameters));
      else step(gradient, state, parameters);
    },
    observe(value, state) {
      for (const { name, state: own } of state.groups) transformationOf(name)?.observe?.(value, own);
    },
    ...(Object.values(groups).some((part) => part?.evaluationParameters !== undefined)
      ? {
          evaluationParameters(state: ByTensorState, parameters: Float64Array, out: Float64Array): void {
            out.set(parameters);
            for (const { name, slots, state: own } of state.groups) {
              const part = transformationOf(name);
              const size = slots.reduce((sum, slot) => sum + slot.size, 0);
              const [from, to] = [new Float64Array(size), new Float64Array(size)];
              copySlots(slots, parameters, from);
              if (part?.evaluationParameters === undefined) continue;
              part.evaluationParameters(own, from, to);
              spreadSlots(slots, to, out);
            }
          },
        }
      : {}),
  };
}

type Places = readonly { readonly offset: number; readonly size: number }[];

/** The tensors of a flat array, one behind the other. */
function copySlots(slots: Places, from: Float64Array, to: Float64Array): void {
  let at = 0;
  for (const { offset, size } of slots) for (let i = 0; i < size; i++) to[at++] = from[offset + i];
}

function spreadSlots(slots: Places, from: Float64Array, to: Float64Array): void {
  let at = 0;
  for (const { offset, size } of slots) for (let i = 0; i < size; i++) to[offset + i] = from[at++];
}
