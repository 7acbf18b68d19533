/**
 * The examples, each in the engine that it is for; in all of them the same two numbers come out. An engine that is not
 * installed (`npm run runtimes` does so, and Debian) is skipped, unless REQUIRE_ENGINES is set.
 */
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumFlags, inPage } from "../runtimes/browsers.ts";
import { serve } from "../runtimes/workerd.ts";

const root = resolve(import.meta.dirname, "..", "..");
const modules = resolve(root, "runtimes", "node_modules");
const chromium = "/usr/bin/chromium";
const absent = (path: string): boolean => process.env["REQUIRE_ENGINES"] === undefined && !existsSync(path);

let folder: string;
let expected: string;

/** A folder with the examples and the library installed, as a user would have it. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "egop-examples-"));
  cpSync(resolve(root, "examples"), join(folder, "examples"), { recursive: true });
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "egop"));
  symlinkSync(join(root, "dist"), join(folder, "dist"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", dependencies: { egop: "*" } }));
  const module = pathToFileURL(join(folder, "examples", "adam-in-egop-coordinates.js")).href;
  const { compare } = (await import(/* @vite-ignore */ module)) as {
    compare: () => { original: number; egop: number };
  };
  const values = compare();
  expect(values.egop).toBeLessThan(values.original);
  expected = JSON.stringify(values);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function bundled(example: string, format: "esm" | "iife"): Promise<string> {
  const result = await build({
    entryPoints: [join(folder, "examples", example)],
    bundle: true,
    format,
    // What engines of workers import themselves, compiled.
    plugins: [
      {
        name: "kernels",
        setup: (bundler) => bundler.onResolve({ filter: /\.wasm$/ }, () => ({ path: "egop.wasm", external: true })),
      },
    ],
    write: false,
    logLevel: "error",
  });
  return result.outputFiles[0].text;
}

describe("the examples", () => {
  const deno = join(modules, ".bin", "deno");
  it.skipIf(absent(deno))("a Deno script", () => {
    const args = ["run", "--no-remote", "--node-modules-dir=manual", "examples/deno.js"];
    expect(execFileSync(deno, args, { cwd: folder }).toString().trim()).toBe(expected);
  });

  const bun = join(modules, ".bin", "bun");
  it.skipIf(absent(bun))("a Bun script", () => {
    expect(execFileSync(bun, ["run", "examples/bun.js"], { cwd: folder }).toString().trim()).toBe(expected);
  });

  const workerd = join(modules, ".bin", "workerd");
  it.skipIf(absent(workerd))("a Cloudflare-style worker", async () => {
    const place = join(folder, "workerd");
    mkdirSync(place);
    const worker = await bundled("cloudflare-worker.js", "esm");
    const kernels = join(root, "dist", "egop.wasm");
    await serve({ command: workerd, folder: place, worker, kernels }, "", (answer) => {
      expect(JSON.parse(answer)).toEqual({ ...JSON.parse(expected), webAssembly: true });
      return Promise.resolve();
    });
  });

  it.skipIf(absent(chromium) || absent(join(modules, "puppeteer-core")))("a script tag, and a Web Worker", async () => {
    writeFileSync(join(folder, "examples", "web-worker.bundle.js"), await bundled("web-worker.js", "iife"));
    const server = serveFiles(folder);
    const port = await new Promise<number>((done) =>
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        done(typeof address === "object" && address !== null ? address.port : 0);
      }),
    );
    try {
      const options = { browser: "chrome", args: chromiumFlags, userDataDir: join(folder, "profile") };
      await inPage(chromium, modules, options, async (page) => {
        for (const example of ["script-tag.html", "web-worker.html"]) {
          await page.goto(`http://127.0.0.1:${port}/examples/${example}`);
          await page.waitForFunction('document.title.startsWith("{")');
          expect(await page.evaluate("document.title")).toBe(expected);
        }
      });
    } finally {
      server.close();
    }
  });
});

function serveFiles(from: string): Server {
  return createServer((request, response) => {
    const path = join(from, request.url ?? "");
    response.setHeader("content-type", path.endsWith(".js") ? "text/javascript" : "text/html");
    if (existsSync(path)) response.end(readFileSync(path));
    else response.writeHead(404).end();
  });
}
