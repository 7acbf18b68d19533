/** Elements in a third of a double: how near they are to what is given, and what their bits mean. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Matrix } from "../../src/linalg/matrix.ts";
import { packThirds, thirdPanelRows } from "../../src/linalg/packed-thirds.ts";

const widthOf = (columns: number): number => 2 * Math.ceil(columns / 2);
const entries = fc.oneof(
  fc.double({ min: -2, max: 2, noNaN: true }),
  fc.constantFrom(0, -0, 1, -1, 1e-300, -1e-70, 2 - 2 ** -52, 2 ** -200),
);
const matrices = fc
  .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 5 }))
  .chain(([rows, columns]) =>
    fc
      .array(entries, { minLength: rows * columns, maxLength: rows * columns })
      .map((data) => new Matrix(rows, columns, Float64Array.from(data))),
  );

describe("packThirds", () => {
  it("keeps elements within 2⁻⁹ of what is given, a third of them within 2⁻¹³, none subnormal", () => {
    fc.assert(
      fc.property(matrices, (given) => {
        const { kept } = packThirds(given, widthOf(given.columns));
        kept.data.forEach((value, at) => {
          const exact = given.data[at];
          const row = Math.floor(at / given.columns);
          const bound = 2 ** (row % 6 < 4 ? -9 : -13);
          expect(Math.abs(value)).toBeGreaterThan(2 ** -202);
          expect(Math.abs(value - exact)).toBeLessThanOrEqual(Math.max(2 ** -199, bound * Math.abs(exact)));
        });
      }),
    );
  });

  it("gives the same bits for the matrix that is kept", () => {
    fc.assert(
      fc.property(matrices, (given) => {
        const width = widthOf(given.columns);
        const once = packThirds(given, width);
        const twice = packThirds(once.kept, width);
        expect(twice.bytes).toEqual(once.bytes);
        expect(twice.kept).toEqual(once.kept);
      }),
    );
  });

  it("means by its bits what stands at the top, 20 bits and 40 bits further on", () => {
    fc.assert(
      fc.property(matrices, (given) => {
        const width = widthOf(given.columns);
        const { bytes, kept } = packThirds(given, width);
        const bits = new DataView(new ArrayBuffer(8 + bytes.length));
        new Uint8Array(bits.buffer).set(bytes, 8);
        const double = new DataView(new ArrayBuffer(8));
        for (let i = 0; i < given.rows; i++)
          for (let k = 0; k < given.columns; k++) {
            const panel = Math.floor(i / thirdPanelRows);
            const inPanel = i % thirdPanelRows;
            const lane = ((panel * width + k) * 2 + Math.floor(inPanel / 6)) * 2 + (i % 2);
            const place = Math.floor((inPanel % 6) / 2);
            if (place < 2)
              double.setBigUint64(0, BigInt.asUintN(64, bits.getBigUint64(8 + 8 * lane, true) << BigInt(20 * place)));
            else double.setBigUint64(0, bits.getBigUint64(8 + 8 * lane - 5, true));
            expect(double.getFloat64(0)).toBe(kept.get(i, k));
          }
      }),
    );
  });

  it("lists rows of zeros", () => {
    expect(
      packThirds(
        Matrix.fromRows([
          [0, -0],
          [0, 1],
          [0, 0],
        ]),
        2,
      ).zeroRows,
    ).toEqual([0, 2]);
  });
});
