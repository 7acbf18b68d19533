import { describe, expect, it } from "vitest";
import { random } from "../../src/math/random.ts";
import { dataFolder } from "../../lab/src/surroundings.ts";
import { loadTask } from "../../lab/src/tasks/load.ts";

describe("tasks that know their loss without its gradient", () => {
  const tasks = ["digits-paper", "digits-large"] as const;

  for (const name of tasks)
    it(`${name}: it has the bits of the objective's value`, () => {
      const task = loadTask({ name, seed: 0, folder: dataFolder() });
      const point = new Float64Array(task.model.size);
      for (let index = 0; index < 3; index++) {
        task.points.draw(random(index), point, index);
        expect(task.loss?.(point)).toBe(task.objective.valueAndGradient(point, new Float64Array(task.model.size)));
      }
    });
});
