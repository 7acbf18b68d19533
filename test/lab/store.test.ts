import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { OutputError } from "../../lab/src/errors.ts";
import { openStore } from "../../lab/src/study/store.ts";

const root = mkdtempSync(join(tmpdir(), "egop-store-"));
afterAll(() => {
  rmSync(root, { recursive: true });
});

describe("openStore", () => {
  it("finds again what was kept, with the same bits, and leaves out a line that was cut off", () => {
    const folder = join(root, "kept");
    const first = openStore(folder, '"study 1"', false);
    first.keep("a", { loss: 0.1 + 0.2, tiny: 5e-324 });
    first.keep("b", [1, null]);
    first.close();
    appendFileSync(join(folder, "finished.jsonl"), '{"key":"c","resu');
    const second = openStore(folder, '"study 1"', true);
    expect([second.found, second.find("c")]).toEqual([2, undefined]);
    expect(second.find("a")).toEqual({ loss: 0.30000000000000004, tiny: 5e-324 });
    second.keep("c", 3);
    second.close();
    const third = openStore(folder, '"study 1"', true);
    expect([third.found, third.find("c")]).toEqual([3, 3]);
    third.close();
  });

  it("refuses results that nobody asked to resume, another study's, and a folder in use", () => {
    const folder = join(root, "refused");
    const store = openStore(folder, '"study 1"', false);
    expect(() => openStore(folder, '"study 1"', true)).toThrow(OutputError);
    expect(() => openStore(folder, '"study 1"', true)).toThrow("is being written by another process");
    store.keep("a", 1);
    store.close();
    expect(() => openStore(folder, '"study 1"', false)).toThrow("holds results already: go on with --resume");
    expect(() => openStore(folder, '"study 2"', true)).toThrow("holds the results of another study or another version");
    expect(readFileSync(join(folder, "finished.jsonl"), "utf8")).toContain('{"key":"a","result":1}');
  });

  it("says in one line where nothing can be written", () => {
    const file = join(root, "file");
    writeFileSync(file, "");
    expect(() => openStore(join(file, "folder"), "1", false)).toThrow(/^Cannot write .*folder \(ENOTDIR/);
    const full = openStore(join(root, "full"), "1", false);
    rmSync(join(root, "full"), { recursive: true });
    expect(() => full.keep("a", 1)).toThrow(/^Cannot write .*finished.jsonl \(ENOENT/);
  });
});
