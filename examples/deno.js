// Deno: `deno run examples/deno.js`, with egop installed (`deno add npm:egop`).
/* global console */
import { compare } from "./adam-in-egop-coordinates.js";

console.log(JSON.stringify(compare()));
