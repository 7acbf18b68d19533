/** The command as a user runs it: a process with its flags, outputs and exit status. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { run } from "./process.ts";

const data = fileURLToPath(new URL("../../lab/data", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "egop-command-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Document {
  readonly task: string;
  readonly parameters: number;
  readonly egop: { samples: number; seconds: number; stableRank: number; eigenvalues: number[] };
  readonly runs: {
    optimizer: string;
    basis: string;
    learningRate: number;
    losses: number[];
    stepsToTarget: number | null;
    seconds: number;
    testAccuracy: number;
  }[];
}

describe("npm start", () => {
  it("--json prints one document on stdout and nothing else there, the same for one thread as for two", async () => {
    const flags = ["--task", "wine", "--steps", "40", "--json"];
    const [one, two] = await Promise.all(["1", "2"].map((threads) => run(...flags, "--threads", threads)));
    expect([one.status, two.status]).toEqual([0, 0]);
    const [first, second] = [one, two].map(({ stdout }) => JSON.parse(stdout) as Document);
    expect(Object.keys(first)).toEqual(["task", "parameters", "egop", "runs"]);
    expect(Object.keys(first.egop)).toEqual(["samples", "seconds", "stableRank", "eigenvalues"]);
    expect([first.task, first.parameters, first.egop.samples, first.egop.eigenvalues.length]).toEqual([
      "wine",
      88,
      88,
      88,
    ]);
    expect(first.runs.map(({ optimizer, basis }) => `${optimizer} ${basis}`)).toEqual(
      ["adam", "adagrad"].flatMap((o) => ["original", "random", "egop", "egop-by-tensor"].map((b) => `${o} ${b}`)),
    );
    for (const each of first.runs) {
      expect(Object.keys(each)).toEqual(
        ["optimizer", "basis", "learningRate", "losses", "stepsToTarget", "seconds", "testAccuracy"], // prettier-ignore
      );
      expect(each.losses.length).toBe(41);
      expect(each.losses.every(Number.isFinite)).toBe(true);
      // All bases begin at the same parameters.
      expect(each.losses[0]).toBeCloseTo(first.runs[0].losses[0], 12);
    }
    const numbers = ({ egop, runs }: Document): unknown => [
      egop.eigenvalues,
      runs.map(({ losses, testAccuracy }) => [losses, testAccuracy]),
    ];
    expect(numbers(first)).toEqual(numbers(second));
  });

  it("prints a table, the spectrum, sentences and the report's path; the report needs no network", async () => {
    const report = join(folder, "report.html");
    const { status, stdout, stderr } = await run("--task", "breast-cancer", "--steps", "30", "--report", report);
    expect(status).toBe(0);
    expect(stderr).toContain("31 parameters, 40 runs of 30 steps");
    for (const text of [
      "optimizer",
      "dense EGOP",
      "EGOP by tensor",
      "EGOP spectrum",
      "Stable rank",
      `Report: ${report}`,
    ])
      expect(stdout).toContain(text);
    expect(stdout).not.toMatch(/NaN|undefined|Infinity/);
    const page = readFileSync(report, "utf8");
    expect(page).toContain("<svg");
    expect(page).not.toMatch(/NaN|<script|<link|@import|url\(|src=|href="http/);
  });

  it("--figure draws the curves as one picture", async () => {
    const figure = join(folder, "curves.svg");
    const { status } = await run("--task", "wine", "--steps", "5", "--json", "--optimizer", "adam", "--figure", figure);
    expect(status).toBe(0);
    expect(readFileSync(figure, "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
  });

  it("--help and help say what there is, in lines that fit a terminal; help COMMAND says more of one", async () => {
    const [dashes, word, one, wrong] = await Promise.all([
      run("--help"),
      run("help"),
      run("help", "spectrum"),
      run("help", "fly"),
    ]);
    expect([dashes.status, dashes.stderr, dashes.stdout]).toEqual([0, "", word.stdout]);
    for (const text of ["compare", "run", "spectrum", "advise", "reproduce", "report", "list", "help", "--task NAME"])
      expect(dashes.stdout).toContain(text);
    expect(Math.max(...dashes.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(one.stdout).toContain("--module FILE");
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain('egop: There is no command "fly"; there are compare, run,');
  });

  it("a wrong flag is one line on stderr and exit status 2", async () => {
    const { status, stdout, stderr } = await run("--steps", "many");
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toBe('egop: --steps is "many"; expected a whole number from 1 to 100000.\n');
  });

  it("NaN in the data is one line that names the place", async () => {
    const lines = readFileSync(join(data, "wine.csv"), "utf8").split("\n");
    lines[3] = lines[3].replace(/^[^,]*/, "NaN");
    writeFileSync(join(folder, "wine.csv"), lines.join("\n"));
    const { status, stdout, stderr } = await run("--task", "wine", "--data", folder);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^egop: wine.csv, row 3, column "\w+": "NaN" is not a finite number.\n$/);
  });

  it("learning rates that diverge are named, and never become a NaN in the table", async () => {
    const flags = [
      "--task",
      "breast-cancer",
      "--steps",
      "30",
      "--optimizer",
      "adam",
      "--report",
      join(folder, "r.html"),
    ];
    const all = await run(...flags, "--learning-rate", "1e308");
    expect(all.status).toBe(1);
    expect(all.stderr).toContain('diverged in the basis "');
    expect(all.stderr).toContain("at every learning rate of the grid (1e+308); try smaller ones with --learning-rate.");
    const some = await run(...flags, "--learning-rate", "0.1,1e308");
    expect(some.status).toBe(0);
    expect(some.stdout).toContain("diverged at learning rate 1e+308.");
    expect(some.stdout).not.toMatch(/NaN|Infinity/);
  });
});
