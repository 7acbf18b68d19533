import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { DataSetError } from "../../lab/src/errors.ts";
import { readIdx } from "../../lab/src/idx.ts";
import type { StudiedBasis } from "../../lab/src/study/bases.ts";
import { runner } from "../../lab/src/study/run-job.ts";
import { images } from "../../lab/src/tasks/images.ts";

const root = mkdtempSync(join(tmpdir(), "egop-idx-"));
afterAll(() => {
  rmSync(root, { recursive: true });
});

function idx(shape: readonly number[], data: readonly number[], magic = 0x800 + shape.length): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(magic);
  shape.forEach((length, axis) => header.writeUInt32BE(length, 4 + 4 * axis));
  return Buffer.concat([header, Buffer.from(data)]);
}

function file(name: string, content: Uint8Array): string {
  const path = join(root, name);
  writeFileSync(path, content);
  return path;
}

describe("readIdx", () => {
  it("reads shapes and bytes, compressed or not", () => {
    const content = idx([2, 1, 3], [0, 1, 2, 253, 254, 255]);
    for (const path of [file("plain", content), file("packed.gz", gzipSync(content))]) {
      const { shape, data } = readIdx(path, 3);
      expect([shape, [...data]]).toEqual([
        [2, 1, 3],
        [0, 1, 2, 253, 254, 255],
      ]);
    }
  });

  const wrong: readonly (readonly [string, Uint8Array, string])[] = [
    [
      "another magic number",
      idx([3], [1, 2, 3], 0x0d01),
      "begins with the magic number 0x00000d01; expected 0x00000801.",
    ],
    ["images for labels", idx([1, 1, 1], [1]), "begins with the magic number 0x00000803; expected 0x00000801."],
    ["a file that is cut off", idx([4], [1, 2, 3]), "has 3 elements; its header says 4, which is 4: it is cut off."],
    ["a file that is too long", idx([2], [1, 2, 3]), "has 3 elements; its header says 2, which is 2."],
    ["a header that is cut off", idx([2], []).subarray(0, 6), "is cut off: 6 bytes, where the header alone has 8."],
    ["an empty file", new Uint8Array(0), "has 0 bytes; expected a header of at least 4."],
    ["broken compression", Uint8Array.of(0x1f, 0x8b, 1, 2, 3), "cannot be read ("],
  ];
  for (const [what, content, message] of wrong)
    it(`refuses ${what}`, () => {
      const path = file("wrong", content);
      expect(() => readIdx(path, 1)).toThrow(DataSetError);
      expect(() => readIdx(path, 1)).toThrow(message);
    });
});

describe("the image tasks", () => {
  it("say what is missing", () => {
    expect(() => images("MNIST", "mnist")(root)).toThrow("MNIST does not come with the lab: put its four IDX files");
  });

  it("are built from the usual four files", () => {
    const folder = join(root, "small");
    mkdirSync(folder);
    const write = (name: string, rows: number): void => {
      const pixels = Array.from({ length: rows * 16 }, (_value, k) => (k * 37) % 256);
      writeFileSync(join(folder, `${name}-images-idx3-ubyte`), idx([rows, 4, 4], pixels));
      writeFileSync(join(folder, `${name}-labels-idx1-ubyte.gz`), gzipSync(idx([rows], Array.from({ length: rows }, (_v, i) => i % 10)))); // prettier-ignore
    };
    write("train", 300);
    write("t10k", 20);
    const task = images("Small", "small")(root);
    expect([task.model.size, task.trainingRows, task.testRows]).toEqual([16 * 100 + 100 + 1000 + 10, 300, 20]);
    const gradient = new Float64Array(task.model.size);
    expect(task.objective.valueAndGradient(new Float64Array(task.model.size), gradient)).toBeCloseTo(Math.log(10), 12);
    expect(task.testAccuracy?.(new Float64Array(task.model.size))).toBeCloseTo(0.1, 12);
    writeFileSync(join(folder, "t10k-labels-idx1-ubyte.gz"), gzipSync(idx([19], new Array<number>(19).fill(1))));
    expect(() => images("Small", "small")(root)).toThrow("t10k: there are 20 images but 19 labels.");
    writeFileSync(join(folder, "t10k-labels-idx1-ubyte.gz"), gzipSync(idx([20], new Array<number>(20).fill(11))));
    expect(() => images("Small", "small")(root)).toThrow("t10k: label 0 is 11; expected 0 to 9.");
  });
});

describe("the follow-up's settings", () => {
  it("run on files of the usual names: reduced and auxiliary coordinates of a rank; a rank beyond the samples is refused", () => {
    const folder = join(root, "data", "fashion-mnist");
    mkdirSync(folder, { recursive: true });
    // Stripes of each class, with some noise, 8 × 8.
    const pixels = (rows: number): number[] =>
      Array.from({ length: rows * 64 }, (_value, k) => {
        const [row, place] = [Math.floor(k / 64), k % 64];
        return place % 10 === row % 10 ? 200 + ((k * 37) % 50) : (k * 61) % 90;
      });
    for (const [name, rows] of [
      ["train", 300],
      ["t10k", 50],
    ] as const) {
      writeFileSync(join(folder, `${name}-images-idx3-ubyte`), idx([rows, 8, 8], pixels(rows)));
      writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), idx([rows], Array.from({ length: rows }, (_v, i) => i % 10))); // prettier-ignore
    }
    const run = runner();
    const how = { task: "fashion-mnist", folder: join(root, "data"), seed: 0, optimizer: "adamw-decaying", rate: 0.005, steps: 40, samplesPerParameter: 0.01 } as const; // prettier-ignore
    const loss = (basis: StudiedBasis): number | null => run({ ...how, basis }, () => undefined).finalLoss;
    const [original, auxiliary, reduced] = [loss("original"), loss("auxiliary-50"), loss("reduced-50")];
    for (const each of [original, auxiliary, reduced]) expect(each).toBeGreaterThan(0);
    // 7,510 parameters, 75 samples.
    expect(() => loss("auxiliary-200")).toThrow(/75/);
  });
});
