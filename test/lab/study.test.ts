/** Studies as a user runs them: killed and resumed, on one thread and on two, with folders and modules that are wrong. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runner } from "../../lab/src/study/run-job.ts";
import { withoutClocks, type StudySummary } from "../../lab/src/study/summary.ts";
import { dataFolder } from "../../lab/src/surroundings.ts";
import { commandPath, run } from "./process.ts";

const root = mkdtempSync(join(tmpdir(), "egop-study-"));
afterAll(() => {
  rmSync(root, { recursive: true });
});
const flags = ["run", "mixture-turned", "--seeds", "1", "--steps", "5"];

function summaryIn(folder: string): StudySummary {
  return withoutClocks(JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")) as StudySummary);
}

describe("egop run", () => {
  it("gives the same bits on one thread as on two, and after being killed and resumed", async () => {
    const [whole, broken] = [join(root, "whole"), join(root, "broken")];
    const child = spawn(process.execPath, [commandPath, ...flags, "--out", broken], { stdio: "ignore" });
    const ended = new Promise((resolve) => child.on("exit", resolve));
    const finished = join(broken, "finished.jsonl");
    const lines = (): number => (existsSync(finished) ? readFileSync(finished, "utf8").split("\n").length : 0);
    while (lines() < 20 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill("SIGKILL");
    await ended;
    // A killed process leaves its lock; it is taken over, because no such process runs any more.
    expect(existsSync(join(broken, "lock"))).toBe(true);
    const [one, resumed] = await Promise.all([
      run(...flags, "--out", whole, "--threads", "1"),
      run(...flags, "--out", broken, "--resume", "--threads", "2"),
    ]);
    expect([one.status, resumed.status]).toEqual([0, 0]);
    expect(resumed.stderr).toMatch(/\d+ finished runs found/);
    expect(summaryIn(broken)).toEqual(summaryIn(whole));
    for (const text of [
      "Gaussian mixture, turned by 20°",
      "EGOP of a random rotation",
      "Medians over 1 seed, 5 steps.",
    ])
      expect(one.stdout).toContain(text);
    expect(readFileSync(join(whole, "curves.csv"), "utf8")).toMatch(/^optimizer,basis,learning_rate,step,/);
    for (const picture of ["curves.svg", "boundaries.svg"])
      expect(readFileSync(join(whole, picture), "utf8")).not.toMatch(/NaN|undefined/);
    expect(readFileSync(join(whole, "report.html"), "utf8")).not.toMatch(/NaN|undefined|<script|<link|src=/);
    const again = await run("report", whole);
    expect([again.status, again.stdout]).toEqual([0, `Report: ${join(whole, "report.html")}\n`]);
  });

  it("begins with the seed that it is told", async () => {
    const out = join(root, "third");
    await run("run", "logistic", "--steps", "5", "--seed", "3", "--seeds", "2", "--threads", "1", "--out", out);
    const { firstSeed, seeds, series } = summaryIn(out);
    expect([firstSeed, seeds]).toEqual([3, 2]);
    const [{ optimizer, basis, learningRate, finalLosses }] = series;
    const how = { task: "logistic", folder: dataFolder(), optimizer, basis, rate: learningRate, steps: 5 } as const; // prettier-ignore
    const lossOf = (seed: number): number | null =>
      runner()({ ...how, seed, samplesPerParameter: 1 }, () => undefined).finalLoss;
    expect(finalLosses).toEqual([lossOf(3), lossOf(4)]);
    expect(lossOf(3)).not.toBe(lossOf(0));
  });

  it("refuses what makes no sense in one line, with exit status 2", async () => {
    const lines = await Promise.all(
      [["run"], ["run", "iris"], ["run", "mixture", "--resume"], ["fly"], ["report"], ["spectrum"]].map((args) =>
        run(...args),
      ),
    );
    expect(lines.map(({ status }) => status)).toEqual([2, 2, 2, 2, 2, 2]);
    expect(lines.map(({ stderr }) => stderr.replace(/ (expected|see|there are) .*/, ""))).toEqual([
      "egop: run needs the name of an experiment;\n",
      'egop: --experiment is "iris";\n',
      "egop: --resume needs the run folder: --out DIR.\n",
      'egop: There is no command "fly";\n',
      "egop: report needs a run folder.\n",
      "egop: spectrum needs either --task NAME or --module FILE.\n",
    ]);
  });

  it("says in one line that a folder holds no summary", async () => {
    const { status, stderr } = await run("report", join(root, "nothing"));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^egop: .*summary.json cannot be read \(ENOENT/);
    writeFileSync(join(root, "summary.json"), "[]");
    expect((await run("report", root)).stderr).toContain("is no summary of a study.");
  });
});

describe("egop spectrum", () => {
  const module = (name: string, text: string): string => {
    const path = join(root, `${name}.mjs`);
    writeFileSync(path, text);
    return path;
  };

  it("takes a user's own module", async () => {
    const text =
      "export const dimension = 2; export function valueAndGradient([x, y], g) { g[0] = x; g[1] = 100 * y; return x * x / 2 + 50 * y * y; }";
    const { status, stdout } = await run("spectrum", "--module", module("good", text), "--samples", "50", "--json");
    const { parameters, eigenvalues } = JSON.parse(stdout) as { parameters: number; eigenvalues: number[] };
    expect([status, parameters, eigenvalues.length]).toEqual([0, 2, 2]);
    expect(eigenvalues[0] / eigenvalues[1]).toBeGreaterThan(1000);
  });

  it("takes a loss written with the library, with its Hessian-vector products", async () => {
    const library = new URL("../../dist/index.js", import.meta.url).href;
    const text = `import { differentiable, layout, matmul, mean, square } from "${library}";
      const loss = differentiable(layout({ w: [2] }), { x: [3, 2] }, (p, { x }) => mean(square(matmul(x, p.w))));
      export default loss.on({ x: [1, 0, 0, 10, 1, 1] });
      export const deviation = 0.5;`;
    const path = module("loss", text);
    const [spectrum, advice] = await Promise.all(
      ["spectrum", "advise"].map((command) => run(command, "--module", path, "--samples", "20", "--json")),
    );
    expect([spectrum.status, advice.status]).toEqual([0, 0]);
    expect((JSON.parse(spectrum.stdout) as { parameters: number }).parameters).toBe(2);
    expect(JSON.parse(advice.stdout)).toMatchObject({ gain: { from: "curvature" } });
  });

  const bad: readonly (readonly [string, string, string])[] = [
    [
      "throws",
      'export const dimension = 2; export function valueAndGradient() { throw new Error("no"); }',
      "valueAndGradient threw (no).",
    ],
    [
      "is NaN",
      "export const dimension = 2; export const valueAndGradient = () => NaN;",
      "the objective is NaN at sample 0",
    ],
    [
      "returns nothing",
      "export const dimension = 2; export const valueAndGradient = () => {};",
      "valueAndGradient returned undefined; expected a number.",
    ],
    [
      "returns a gradient of another length",
      "export const dimension = 2; export const valueAndGradient = () => ({ value: 1, gradient: [1, 2, 3] });",
      "valueAndGradient returned a gradient of 3 numbers; expected 2.",
    ],
    [
      "writes too few numbers",
      "export const dimension = 2; export const valueAndGradient = (x, g) => { g[0] = 1; return 1; };",
      "valueAndGradient left 1 of 2 numbers unwritten, or wrote NaN there.",
    ],
    [
      "has no dimension",
      "export const valueAndGradient = () => 1;",
      'the export "dimension" is undefined; expected a positive whole number.',
    ],
    [
      "has no function",
      "export const dimension = 3;",
      'the export "valueAndGradient" is no function of (point, gradientOut).',
    ],
    [
      "has a start of another length",
      "export const dimension = 3; export const start = [1]; export const valueAndGradient = () => 1;",
      'the export "start" must be 3 finite numbers.',
    ],
    [
      "has a bad deviation",
      "export const dimension = 3; export const deviation = 0; export const valueAndGradient = () => 1;",
      'the export "deviation" is 0; expected a positive number.',
    ],
    ["has a syntax error", "export const", "cannot be loaded ("],
  ];
  for (const [what, text, message] of bad)
    it(`says in one line that a module ${what}`, async () => {
      const { status, stdout, stderr } = await run("spectrum", "--module", module(what.replaceAll(" ", "-"), text));
      expect([status, stdout]).toEqual([1, ""]);
      expect(stderr).toContain(message);
      expect(stderr.trim().split("\n").length).toBe(1);
    });
});
