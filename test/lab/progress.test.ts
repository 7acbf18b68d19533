import { describe, expect, it } from "vitest";
import { startProgress, type ProgressStream } from "../../lab/src/progress.ts";

function recorder(isTTY: boolean): { stream: ProgressStream; text: () => string } {
  let text = "";
  return { stream: { isTTY, columns: 60, write: (part) => (text += part) }, text: () => text };
}

describe("startProgress", () => {
  it("writes plain lines where there is no terminal: one per tenth, none within a second of the last", () => {
    const { stream, text } = recorder(false);
    let time = 0;
    const progress = startProgress(stream, () => time);
    progress.plan(100);
    const item = progress.add("a run", 100);
    item.onStart();
    for (let percent = 1; percent <= 100; percent++) {
      time += 50;
      item.onProgress(percent / 100);
    }
    item.onEnd();
    progress.end();
    expect(text().split("\n").filter(Boolean)).toEqual([
      "20 % done, about 4 s left",
      "40 % done, about 3 s left",
      "60 % done, about 2 s left",
      "80 % done, about 1 s left",
    ]);
  });

  it("keeps one live line on a terminal, no wider than it, and takes it away at the end", () => {
    const { stream, text } = recorder(true);
    const progress = startProgress(stream, () => 0);
    progress.plan(10);
    const item = progress.add("a job with a name that is much longer than the line has room for", 10);
    item.onStart();
    item.onProgress(0.5);
    progress.say("something that stays");
    const drawn = text();
    progress.end();
    expect(drawn).toContain("something that stays\n");
    expect(drawn).toContain("████████████░░░░░░░░░░░░ 50 %  a job with a");
    for (const line of drawn.split("\n").flatMap((lines) => lines.split("\r\u001b[K")))
      expect(line.length).toBeLessThan(60);
    expect(text().endsWith("\r\u001b[K")).toBe(true);
  });
});
