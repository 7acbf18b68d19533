/**
 * workerd, the engine of Cloudflare Workers, serving a worker from a configuration file. It refuses to evaluate text and to
 * compile bytes, but compiles a WebAssembly file that the worker imports.
 */
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Engine } from "./engine.ts";

const loopback = "127.0.0.1";
const startMilliseconds = 20_000;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, loopback, () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

const kernelsFile = "egop.wasm";

const configuration = (port: number, kernels: boolean): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .conformance) ],
  sockets = [ (name = "http", address = "${loopback}:${port}", http = (), service = "main") ]
);
const conformance :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    ${kernels ? `(name = "${kernelsFile}", wasm = embed "${kernelsFile}"),` : ""}
  ],
  compatibilityDate = "2024-09-01"
);
`;

export function workerd(modules: string): Engine {
  const command = join(modules, ".bin", "workerd");
  return {
    name: "workerd",
    wasm: true,
    compilesAhead: true,
    version: () =>
      existsSync(command) ? /\d[\w.-]*/.exec(execFileSync(command, ["--version"]).toString())?.[0] : undefined,
    run: (script, { folder, kernels }) => {
      const worker = `${kernels === undefined ? "" : `import kernels from "${kernelsFile}";`}
${script}
${kernels === undefined ? "" : "egopRequireWebAssembly(kernels);"}
export default {
  fetch(request) {
    try {
      return new Response(request.url.endsWith("/first") ? egopFirst() : egopAll());
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  },
};
`;
      const start = performance.now();
      return serve({ command, folder, worker, kernels }, "first", async (first, ask) => {
        const coldStart = performance.now() - start;
        const all = await ask("all");
        return { first, all, coldStart, seconds: (performance.now() - start) / 1000 };
      });
    },
  };
}

interface Service {
  readonly command: string;
  readonly folder: string;
  /** The source of the worker, and the WebAssembly file that it imports as egop.wasm. */
  readonly worker: string;
  readonly kernels?: string | undefined;
}

/** Serves a worker, asks for a path until it is answered, hands the answer on, and ends the process. */
export async function serve<T>(
  { command, folder, worker, kernels }: Service,
  path: string,
  use: (answer: string, ask: (path: string) => Promise<string>) => Promise<T>,
): Promise<T> {
  const port = await freePort();
  writeFileSync(join(folder, "worker.js"), worker);
  writeFileSync(join(folder, "config.capnp"), configuration(port, kernels !== undefined));
  if (kernels !== undefined) copyFileSync(kernels, join(folder, kernelsFile));
  const start = performance.now();
  const child = spawn(command, ["serve", "config.capnp"], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  try {
    let answer: string | undefined;
    while (answer === undefined) {
      if (child.exitCode !== null || performance.now() - start > startMilliseconds)
        throw new Error(`workerd does not answer: ${errors}`);
      answer = await ask(port, path).catch((error: unknown) => {
        // Not listening yet, which fetch reports as a TypeError; what the worker throws is thrown here.
        if (!(error instanceof TypeError)) throw error;
        return undefined;
      });
      if (answer === undefined) await sleep(5);
    }
    return await use(answer, (next) => ask(port, next));
  } finally {
    child.kill("SIGKILL");
  }
}

async function ask(port: number, path: string): Promise<string> {
  const response = await fetch(`http://${loopback}:${port}/${path}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}
