import { describe, expect, it } from "vitest";
import { UsageError } from "../../lab/src/errors.ts";
import { help, parseOptions } from "../../lab/src/options.ts";

describe("parseOptions", () => {
  it("has a default for everything", () => {
    expect(parseOptions([])).toMatchObject({
      ...{ help: false, task: "digits", optimizers: ["adam", "adagrad"], steps: 400, seed: 0, json: false },
      bases: ["original", "random", "egop", "egop-by-tensor"],
      ...{ samples: undefined, learningRates: undefined, report: undefined, figure: undefined },
    });
  });

  it("takes lists with commas or by repetition, in the order of the tables", () => {
    const { bases, optimizers, learningRates } = parseOptions(
      "--basis egop --basis=original,egop --optimizer adagrad --learning-rate 0.3,1e-2 --learning-rate .3".split(" "),
    );
    expect(bases).toEqual(["original", "egop"]);
    expect(optimizers).toEqual(["adagrad"]);
    expect(learningRates).toEqual([0.01, 0.3]);
  });

  const wrong: readonly (readonly [string, string])[] = [
    ["--task iris", '--task is "iris"; expected digits, digits-paper, digits-convolution, digits-large,'],
    ["--optimizer sgdd", '--optimizer is "sgdd"; expected some of adam, adagrad.'],
    ["--basis egop,", '--basis is ""; expected some of original, random, egop, egop-by-tensor.'],
    ["--steps 0", '--steps is "0"; expected a whole number from 1 to 100000.'],
    ["--steps 1e3", '--steps is "1e3"; expected a whole number'],
    ["--seed -1", '--seed is "-1"; expected a whole number from 0 to 9007199254740991.'],
    ["--samples 0", '--samples is "0"; expected a whole number from 1 to 100000.'],
    ["--threads 99", '--threads is "99"; expected a whole number from 1 to 16.'],
    ["--learning-rate NaN", '--learning-rate is "NaN"; expected positive numbers, as in 0.01,0.1.'],
    ["--steps", "--steps needs a value; see --help."],
    ["--report --json", "--report needs a value; see --help."],
    ["--task wine --task wine", "--task is given twice."],
    ["--json=yes", '--json takes no value, but "yes" was given.'],
    ["--stepz 4", "There is no option --stepz (perhaps --steps); see --help."],
    ["-x", "There is no option -x; see --help."],
    ["wine", '"wine" is no option; see --help.'],
  ];
  for (const [line, message] of wrong)
    it(`refuses ${line}`, () => {
      expect(() => parseOptions(line.split(" "))).toThrow(UsageError);
      expect(() => parseOptions(line.split(" "))).toThrow(message);
    });

  it("describes every option in the help", () => {
    for (const option of ["task", "optimizer", "basis", "steps", "seed", "samples", "learning-rate", "threads"])
      expect(help).toContain(`--${option} `);
    for (const option of ["json", "report", "figure", "data", "help"]) expect(help).toContain(`--${option}`);
  });
});
