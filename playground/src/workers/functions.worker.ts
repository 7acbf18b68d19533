/** The worker for functions of a few variables: surfaces that turn, and the user's own. */
import type { BoundLoss } from "egop";
import { runOwn } from "../compute/own-function.ts";
import type { SurfaceName } from "../compute/surfaces.ts";
import { lastLosses, runTurned, surfaceHeights, surfaceObjective, sweptAngles } from "../compute/turned.ts";
import type { FunctionProtocol } from "./protocol.ts";
import { serve } from "./serve.ts";

let known: { readonly name: SurfaceName; readonly objective: BoundLoss } | undefined;

/** The last surface is kept, compiled, for the next angle. */
function objectiveFor(name: SurfaceName): BoundLoss {
  if (known?.name !== name) known = { name, objective: surfaceObjective(name) };
  return known.objective;
}

serve<FunctionProtocol>({
  *heights({ surface, size }) {
    yield surfaceHeights(surface, size);
  },
  *turned(settings) {
    yield runTurned(objectiveFor(settings.surface), settings);
  },
  *sweep(settings) {
    for (const [index, angle] of sweptAngles.entries())
      yield { index, losses: lastLosses(objectiveFor(settings.surface), { ...settings, angle }) };
  },
  *own(settings) {
    yield runOwn(settings);
  },
});
