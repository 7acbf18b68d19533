/** Fifty seeded fault schedules with real processes and a real Redis: every digest is that of one process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "egop";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digest, inOneProcess } from "./processes.ts";
import { noRedis } from "./redis.ts";
import { faults, play, scheduleOf, startLane, type Lane } from "./schedule.ts";

const count = 50;
const schedules = Array.from({ length: count }, (_value, seed) => scheduleOf(seed));
const folder = mkdtempSync(join(tmpdir(), "egop-schedules-"));

describe.skipIf(noRedis !== undefined)("an estimate on a queue", () => {
  let lanes: Lane[];
  beforeAll(async () => {
    lanes = await Promise.all([startLane(), startLane()]);
  });
  afterAll(async () => {
    await Promise.all(lanes.map((lane) => lane.close()));
    rmSync(folder, { recursive: true });
  });

  it(`has the digest of one process after each of ${count} fault schedules`, async () => {
    for (const fault of faults)
      expect(
        schedules.filter((schedule) => schedule.faults.some((drawn) => drawn.fault === fault)).length,
      ).toBeGreaterThan(5);
    const waiting = [...schedules];
    const differing: number[] = [];
    await Promise.all(
      lanes.map(async (lane) => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const { seed, samples, form } = next;
          const whole = await inOneProcess("small.js", { to: samples, form, key: random(seed) });
          if ((await play(lane, next, folder)) !== digest(whole)) differing.push(seed);
        }
      }),
    );
    expect(differing).toEqual([]);
    // The faults did strike in the middle of jobs, and jobs did come twice.
    expect(lanes.reduce((sum, { interruptions }) => sum + interruptions, 0)).toBeGreaterThan(10);
    expect(lanes.reduce((sum, { repetitions }) => sum + repetitions, 0)).toBeGreaterThan(10);
  }, 300_000);
});
