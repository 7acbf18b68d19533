import { describe, expect, it } from "vitest";
import { learningRates, rateBeyond } from "../../lab/src/learning-rates.ts";
import { run } from "./process.ts";

describe("rateBeyond", () => {
  it("goes on as the grid does, half a decade at a time", () => {
    const grid = [...learningRates.adam];
    const up = Array.from({ length: 4 }, () => grid[grid.push(rateBeyond(grid, "highest")) - 1]);
    const down = Array.from({ length: 4 }, () => grid[grid.push(rateBeyond(grid, "lowest")) - 1]);
    expect([up, down]).toEqual([
      [3, 10, 30, 100],
      [0.003, 0.001, 0.0003, 0.0001],
    ]);
  });
});

describe("egop compare", () => {
  it("goes beyond its usual grid where the best rate is an end of it, and not beyond one that it was given", async () => {
    const flags = ["compare", "--task", "logistic", "--steps", "200", "--basis", "original", "--optimizer", "adagrad"];
    const [free, given] = await Promise.all([
      run(...flags, "--json"),
      run(...flags, "--learning-rate", "0.3,1", "--json"),
    ]);
    const runsOf = ({ stdout }: { stdout: string }): unknown => (JSON.parse(stdout) as { runs: unknown }).runs;
    expect(runsOf(free)).toMatchObject([{ learningRate: 3 }]);
    expect(runsOf(given)).toMatchObject([{ learningRate: 1 }]);
  });
});
