/**
 * The page as static files that may lie in any folder of any server. The library comes from its build, as users get it; the
 * lab's sources are bundled with the page's own. Nothing is inlined or preloaded, which the page's own policy would refuse.
 */
import { defineConfig } from "vite";

/** What the page's policy says of itself, said by the server too, so that it holds in the workers as well. */
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self'; " +
  "connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export default defineConfig({
  base: "./",
  build: {
    outDir: "dist/page",
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
  worker: { format: "es" },
  preview: { headers: { "Content-Security-Policy": policy } },
});
