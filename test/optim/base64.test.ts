import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { base64FromBytes, bytesFromBase64 } from "../../src/optim/base64.ts";

describe("base64", () => {
  it("is that of RFC 4648, section 10", () => {
    const vectors = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
    vectors.forEach((text, length) => {
      const bytes = new TextEncoder().encode("foobar".slice(0, length));
      expect(base64FromBytes(bytes)).toBe(text);
      expect(bytesFromBase64(text)).toEqual(bytes);
    });
  });

  it("is that of Node's Buffer, for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = Buffer.from(bytes).toString("base64");
        expect(base64FromBytes(bytes)).toBe(text);
        expect(bytesFromBase64(text)).toEqual(bytes);
      }),
    );
  });

  it("crosses its blocks", () => {
    for (const length of [6143, 6144, 6145, 20_000]) {
      const bytes = Uint8Array.from({ length }, (_v, i) => (i * 2654435761) >>> 24);
      expect(base64FromBytes(bytes)).toBe(Buffer.from(bytes).toString("base64"));
    }
  });

  it("refuses every text that it does not write", () => {
    const characters = fc.constantFrom(
      ...["A", "Q", "g", "w", "B", "z", "9", "/", "+", "=", "-", "_", " ", "\n", "\u00c1", "\u0141"],
    );
    fc.assert(
      fc.property(fc.array(characters, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        const bytes = bytesFromBase64(text);
        const written = bytes === undefined ? undefined : base64FromBytes(bytes);
        expect(written).toBe(Buffer.from(text, "base64").toString("base64") === text ? text : undefined);
      }),
      { numRuns: 2000 },
    );
  });
});
