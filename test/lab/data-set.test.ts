import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { random } from "../../src/math/index.ts";
import { readDataSet } from "../../lab/src/data-set.ts";
import { DataSetError } from "../../lab/src/errors.ts";
import { firstRows, randomRows, standardize } from "../../lab/src/partition.ts";

const folder = mkdtempSync(join(tmpdir(), "egop-data-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const description = { features: ["x", "y"], label: "class", classes: 2 };

function read(text: string): ReturnType<typeof readDataSet> {
  const path = join(folder, "points.csv");
  writeFileSync(path, text);
  return readDataSet(path, description);
}

describe("readDataSet", () => {
  it("finds columns by name, whatever their order, line ends and byte order mark", () => {
    const { rows, features, labels } = read("\uFEFFclass,y,other,x\r\n1,2.5,0,-1e2\r\n0,.5,7,+3\r\n");
    expect(rows).toBe(2);
    expect([...features]).toEqual([-100, 2.5, 3, 0.5]);
    expect([...labels]).toEqual([1, 0]);
  });

  const wrong: readonly (readonly [string, string, string])[] = [
    ["NaN", "x,y,class\n1,2,0\n1,nan,1\n", 'points.csv, row 2, column "y": "nan" is not a finite number.'],
    ["an infinity", "x,y,class\nInfinity,2,0\n", 'row 1, column "x": "Infinity" is not a finite number.'],
    ["an overflow", "x,y,class\n1e999,2,0\n", 'row 1, column "x": "1e999" is not a finite number.'],
    ["an empty cell", "x,y,class\n1,,0\n", 'row 1, column "y": the cell is empty.'],
    ["a short row", "x,y,class\n1,2\n", "row 1: 2 cells where the header has 3 columns."],
    ["a missing column", "x,class\n1,0\n", 'there is no column "y".'],
    ["a column that is there twice", "x,y,class,x\n1,2,0,1\n", 'the column "x" is there twice.'],
    ["no rows", "x,y,class\n", "has no rows behind its header."],
    ["an empty file", "", "is empty; expected a header line."],
    [
      "a class beyond the last",
      "x,y,class\n1,2,2\n",
      'column "class": 2 is no class; expected a whole number from 0 to 1.',
    ],
  ];
  for (const [what, text, message] of wrong)
    it(`refuses ${what} by its place`, () => {
      expect(() => read(text)).toThrow(DataSetError);
      expect(() => read(text)).toThrow(message);
    });

  it("refuses a file that is not there", () => {
    expect(() => readDataSet(join(folder, "none.csv"), description)).toThrow("none.csv cannot be read (ENOENT");
  });
});

describe("partitions", () => {
  const data = {
    rows: 5,
    features: Float64Array.of(1, 9, 2, 9, 3, 9, 4, 9, 5, 9),
    labels: Float64Array.of(0, 1, 0, 1, 0),
  };

  it("keep every row once", () => {
    const { training, test } = randomRows(data, random(3));
    expect([training.rows, test.rows]).toEqual([4, 1]);
    const firsts = [...training.features, ...test.features].filter((value) => value !== 9);
    expect(firsts.sort()).toEqual([1, 2, 3, 4, 5]);
    expect([...firstRows(data, 2).training.features]).toEqual([1, 9, 2, 9]);
  });

  it("are standardized by the training rows alone; a constant feature becomes 0", () => {
    const { training, test } = standardize(firstRows(data, 3));
    expect([...training.features].filter((_v, k) => k % 2 === 0).map((v) => v.toFixed(4))).toEqual([
      "-1.2247",
      "0.0000",
      "1.2247",
    ]);
    expect([...training.features].filter((_v, k) => k % 2 === 1)).toEqual([0, 0, 0]);
    expect(test.features[0]).toBeCloseTo(2.4495, 4);
  });
});
