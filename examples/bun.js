// Bun: `bun run examples/bun.js`, with egop installed (`bun add egop`).
/* global console */
import { compare } from "./adam-in-egop-coordinates.js";

console.log(JSON.stringify(compare()));
