// A Cloudflare-style worker: bundle it (wrangler does) and it answers every request with the two values, and with whether
// WebAssembly is in use. Such engines compile no bytes at run time: the compiled kernels are a file of the package.
/* global Response */
import { useWebAssembly } from "egop/linalg";
import kernels from "egop/egop.wasm";
import { compare } from "./adam-in-egop-coordinates.js";

const webAssembly = useWebAssembly(kernels);

export default {
  fetch() {
    return new Response(JSON.stringify({ ...compare(), webAssembly }), {
      headers: { "content-type": "application/json" },
    });
  },
};
