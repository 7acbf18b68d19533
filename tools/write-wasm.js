/** A step of the build: the kernels as dist/egop.wasm, for engines that compile WebAssembly only ahead of time. */
import { writeFileSync } from "node:fs";
import { URL } from "node:url";
import { webAssemblyBytes } from "../dist/linalg/index.js";

writeFileSync(new URL("../dist/egop.wasm", import.meta.url), webAssemblyBytes());
