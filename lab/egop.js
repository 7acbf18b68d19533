#!/usr/bin/env node
/** The command `egop`; needs `npm run build`. A file of its own, because what the compiler writes is not executable. */
import "./dist/main.js";
