/** A real Redis server for tests: on a free port of this machine, its data in a temporary folder, gone at the end. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const version = spawnSync("redis-server", ["--version"], { encoding: "utf8" });

/** Why there is no Redis to test with; undefined when there is. With REQUIRE_ENGINES=1 its absence is an error. */
export const noRedis: string | undefined =
  version.status === 0 ? undefined : "redis-server is not installed (Debian: apt-get install redis-server)";
if (noRedis !== undefined && process.env["REQUIRE_ENGINES"] === "1") throw new Error(noRedis);
if (noRedis !== undefined) console.warn(`tests with a queue are skipped: ${noRedis}`);

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Ends the server without warning (SIGKILL) and starts it again on its data. */
  restart(pause?: number): Promise<void>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Starts a server that keeps an append-only file and writes every command to it before it answers. */
export async function startRedis(password?: string): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "egop-redis-"));
  const settings = [
    ...["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""],
    ...["--appendonly", "yes", "--appendfsync", "always", "--loglevel", "warning"],
    ...(password === undefined ? [] : ["--requirepass", password]),
  ];
  let server: ChildProcess;
  const start = async (): Promise<void> => {
    server = spawn("redis-server", settings, { stdio: "ignore" });
    for (let k = 0; k < 500; k++) {
      if (await answers(port)) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error("redis-server does not answer");
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const exit = once(server, "exit");
    server.kill(signal);
    await exit;
  };
  await start();
  return {
    port,
    url: `redis://${password === undefined ? "" : `:${password}@`}127.0.0.1:${port}`,
    async restart(pause = 0) {
      await end("SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, pause));
      await start();
    },
    async stop() {
      await end("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether something answers on a port, as Redis does when it has read its data. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.on("data", (data) => {
      socket.destroy();
      resolve(!data.toString().startsWith("-LOADING"));
    });
    socket.on("error", () => resolve(false));
  });
}
