import { describe, expect, it } from "vitest";
import { StateError } from "../../src/errors.ts";
import { layout } from "../../src/linalg/layout.ts";
import { adam, adamw } from "../../src/optim/adam.ts";
import { restoreState } from "../../src/optim/state.ts";

const size2 = layout({ p: [2] });

function used() {
  const optimizer = adam();
  const state = optimizer.init(size2);
  const gradient = Float64Array.of(1, 2);
  optimizer.update(gradient, state, gradient);
  return state;
}

/** The used state as a JavaScript object whose parts a test can spoil. */
function spoiled(spoil: (adamPart: Record<string, unknown>, state: Record<string, unknown>) => void) {
  const state = structuredClone(used());
  spoil(state.parts[1] as unknown as Record<string, unknown>, state as unknown as Record<string, unknown>);
  return state;
}

describe("restoreState", () => {
  it("copies everything and shares nothing", () => {
    const saved = used();
    const fresh = adam().init(size2);
    restoreState(fresh, saved, "run.optimizer");
    expect(fresh).toEqual(saved);
    const before = structuredClone(saved);
    const gradient = Float64Array.of(5, 6);
    adam().update(gradient, fresh, gradient);
    expect(saved).toEqual(before);
  });

  it.each([
    [
      "another kind",
      spoiled((part) => (part["kind"] = "trace")),
      '"trace" at state.parts[1].kind; expected "scaleByAdam"',
    ],
    ["another version", spoiled((_, state) => (state["version"] = 2)), "2 at state.version; expected 1"],
    [
      "another size",
      spoiled((part) => (part["second"] = new Float64Array(3))),
      "a Float64Array of length 3 at state.parts[1].second; expected a Float64Array of length 2",
    ],
    [
      "a plain array from JSON",
      spoiled((part) => (part["first"] = [1, 2])),
      "an array of length 2 at state.parts[1].first; expected a Float64Array of length 2",
    ],
    [
      "an object from JSON",
      spoiled((part) => (part["first"] = { 0: 1, 1: 2 })),
      "an object at state.parts[1].first; expected a Float64Array of length 2",
    ],
    [
      "fewer parts",
      spoiled((_, state) => (state["parts"] = [])),
      "an array of length 0 at state.parts; expected an array of length 3",
    ],
    [
      "a part missing",
      spoiled((_, state) => (state["parts"] = [1, null, 3])),
      "1 at state.parts[0]; expected an object",
    ],
    ["a field missing", spoiled((part) => delete part["step"]), "undefined at state.parts[1].step; expected a number"],
    ["NaN", spoiled((part) => (part["step"] = NaN)), "NaN at state.parts[1].step; expected a number"],
  ])("refuses %s", (_, saved, message) => {
    expect(() => restoreState(adam().init(size2), saved, "state")).toThrow(new StateError(`The state has ${message}.`));
  });

  it("refuses NaN inside an array", () => {
    const saved = spoiled((part) => (part["first"] = Float64Array.of(1, NaN)));
    expect(() => restoreState(adam().init(size2), saved, "state")).toThrow(
      new StateError("The state holds NaN at state.parts[1].first[1]."),
    );
  });

  it("refuses a field too many", () => {
    const saved = spoiled((part) => (part["constructor"] = 1));
    expect(() => restoreState(adam().init(size2), saved, "state")).toThrow(
      new StateError("The state has the field state.parts[1].constructor, which does not belong there."),
    );
  });

  it("tells Adam's state from AdamW's", () => {
    expect(() => restoreState(adamw().init(size2), used(), "state")).toThrow(
      new StateError('The state has "addWeightDecay" at state.parts[0].kind; expected "scaleByAdam".'),
    );
  });
});
