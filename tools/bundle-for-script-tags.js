/**
 * A step of the build: dist/egop.min.js, the whole front door in one file that makes the global `egop`, for script tags.
 * By rolldown, whose result is a twentieth smaller than esbuild's once it is gzipped. Its exports are plain members: getters would be
 * defined by descriptors, which a polluted Object.prototype breaks.
 */
import { rolldown } from "rolldown";
import { fileURLToPath, URL } from "node:url";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const bundle = await rolldown({ input: `${dist}/index.js`, logLevel: "warn" });
await bundle.write({
  file: `${dist}/egop.min.js`,
  format: "iife",
  name: "egop",
  minify: true,
  generatedCode: { symbols: false },
});
await bundle.close();
