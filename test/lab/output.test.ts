/** Where results cannot be written, or the user has had enough: one clear line, the right status, nothing finished lost. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { commandPath, run } from "./process.ts";

const root = mkdtempSync(join(tmpdir(), "egop-output-"));
const mounted = join(root, "mounted");
afterAll(() => {
  if (existsSync(mounted)) spawnSync("umount", [mounted]);
  rmSync(root, { recursive: true });
});
const study = ["run", "logistic", "--seeds", "1", "--threads", "1"];
const short = [...study, "--steps", "3"];
const long = [...study, "--steps", "2000"];

describe("a place that cannot be written", () => {
  it("is refused before the work starts, with exit status 2", async () => {
    const file = join(root, "file");
    writeFileSync(file, "mine");
    const [report, figure, folder] = await Promise.all([
      run("--task", "wine", "--report", join(file, "r.html")),
      run("--task", "wine", "--json", "--figure", join(root, "no", "f.svg")),
      run(...short, "--out", join(file, "runs")),
    ]);
    expect([report, figure, folder].map(({ status, stdout }) => [status, stdout])).toEqual([[2, ""], [2, ""], [2, ""]]); // prettier-ignore
    expect(report.stderr).toMatch(/^egop: --report: .*r\.html cannot be written \(ENOTDIR.*\)\.\n$/);
    expect(figure.stderr).toMatch(/^egop: --figure: .*f\.svg cannot be written \(ENOENT.*\)\.\n$/);
    expect(folder.stderr).toMatch(/^egop: --out: .*runs cannot be written \((ENOTDIR|EEXIST).*\)\.\n$/);
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  it("that is a full disk at the end is one line after the results, with exit status 1", async () => {
    const { status, stdout, stderr } = await run("--task", "wine", "--steps", "2", "--json", "--report", "/dev/full");
    expect(status).toBe(1);
    expect((JSON.parse(stdout) as { task: string }).task).toBe("wine");
    expect(stderr).toMatch(/egop: Cannot write \/dev\/full \(ENOSPC/);
  });

  mkdirSync(mounted);
  const small = spawnSync("mount", ["-t", "tmpfs", "-o", "size=24k", "tmpfs", mounted]).status === 0;
  it.runIf(small)("that becomes full in the middle loses nothing that was finished: it is resumed", async () => {
    const full = await run(...short, "--out", join(mounted, "runs"));
    expect(full.status).toBe(1);
    expect(full.stderr).toMatch(/egop: Cannot write .* \(ENOSPC/);
    spawnSync("mount", ["-o", "remount,size=4m", mounted]);
    const resumed = await run(...short, "--out", join(mounted, "runs"), "--resume");
    expect(resumed.status).toBe(0);
    expect(Number(/(\d+) finished runs found/.exec(resumed.stderr)?.[1])).toBeGreaterThan(3);
  });
});

describe("an interrupted study", () => {
  it("ends on Ctrl-C with status 130 and a clear line, keeps what was finished, and nobody else gets in meanwhile", async () => {
    const folder = join(root, "interrupted");
    const child = spawn(process.execPath, [commandPath, ...long, "--out", folder], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (part: Buffer) => (said += part.toString()));
    const ended = new Promise((resolve) => child.on("exit", (status) => resolve(status)));
    const finished = join(folder, "finished.jsonl");
    const lines = (): number => (existsSync(finished) ? readFileSync(finished, "utf8").split("\n").length : 0);
    while (lines() < 5 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await run(...long, "--out", folder, "--resume");
    expect([second.status, second.stderr]).toEqual([
      1,
      `egop: ${folder} is being written by another process; wait for it, or choose another folder.\n`,
    ]);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(said).toContain("egop: interrupted; what was finished in a run folder is kept, go on with --resume.\n");
    expect(lines()).toBeGreaterThan(4);
  });
});
