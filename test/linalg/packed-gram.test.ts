/** The packed triangle of aᵀa against the whole matrix: the same bits. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { Matrix } from "../../src/linalg/matrix.ts";
import { packedGram } from "../../src/linalg/packed-gram.ts";
import { gram } from "../../src/linalg/product.ts";
import { useWebAssembly } from "../../src/linalg/webassembly/instance.ts";
import { normal, random } from "../../src/math/random.ts";

it.each([true, false])("is the upper triangle of gram, row by row, at all sizes (WebAssembly: %s)", (webAssembly) => {
  useWebAssembly(webAssembly);
  try {
    const sizes = fc.tuple(fc.nat({ max: 70 }), fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 300 })), fc.nat());
    fc.assert(
      fc.property(sizes, ([rows, columns, seed]) => {
        const a = new Matrix(rows, columns, normal(random(seed), new Float64Array(rows * columns)));
        const whole = gram(a);
        const expected = Float64Array.from(
          Array.from({ length: columns }, (_row, i) => [...whole.row(i).subarray(i)]).flat(),
        );
        expect(packedGram(a)).toEqual(expected);
      }),
      { numRuns: 40, examples: [[[3, 128, 1]], [[64, 129, 1]], [[64, 257, 1]]] },
    );
  } finally {
    useWebAssembly(true);
  }
});
