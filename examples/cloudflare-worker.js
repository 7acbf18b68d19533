// A Cloudflare-style worker: bundle it (wrangler does) and it answers every request with the two values.
/* global Response */
import { compare } from "./adam-in-egop-coordinates.js";

export default {
  fetch() {
    return new Response(JSON.stringify(compare()), { headers: { "content-type": "application/json" } });
  },
};
