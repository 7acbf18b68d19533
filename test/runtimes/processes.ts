/** Engines that run a script file and print: Node, Deno, Bun, JavaScriptCore's shell, and QuickJS within Node. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine, Outcome } from "./engine.ts";

const limitMilliseconds = 300_000;

/** Runs a command that prints "first DIGEST" and "all DIGEST". */
function outcome(command: string, args: readonly string[], cwd: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"], timeout: limitMilliseconds });
    let text = "";
    let errors = "";
    let coldStart = NaN;
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (Number.isNaN(coldStart) && text.includes("\n")) coldStart = performance.now() - start;
    });
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.on("error", reject);
    child.on("close", () => {
      const first = /^first ([0-9a-f]{16})$/m.exec(text)?.[1];
      const all = /^all ([0-9a-f]{16})$/m.exec(text)?.[1];
      if (first === undefined || all === undefined) reject(new Error(`${command} printed ${text}${errors}`));
      else resolve({ first, all, coldStart, seconds: (performance.now() - start) / 1000 });
    });
  });
}

const printing = (print: string): string => `\n${print}("first " + egopFirst());\n${print}("all " + egopAll());\n`;

function versionBy(command: string, args: readonly string[]): string | undefined {
  try {
    return /\d+\.\d+[\w.+-]*/.exec(
      execFileSync(command, args, { stdio: ["ignore", "pipe", "ignore"] }).toString(),
    )?.[0];
  } catch {
    return undefined;
  }
}

function shell(
  name: string,
  command: string,
  options: { args?: string[]; print?: string; version?: string[] },
): Engine {
  const [versionCommand, ...versionArgs] = options.version ?? [command, "--version"];
  return {
    name,
    wasm: true,
    version: () =>
      command.startsWith("/") && !existsSync(command) ? undefined : versionBy(versionCommand, versionArgs),
    run: (script, { folder }) => {
      writeFileSync(join(folder, "program.js"), script + printing(options.print ?? "console.log"));
      return outcome(command, [...(options.args ?? []), "program.js"], folder);
    },
  };
}

/** QuickJS, compiled to WebAssembly itself, in a process of Node that hands it the script; it has no WebAssembly. */
function quickjs(modules: string): Engine {
  const at = join(modules, "quickjs-emscripten");
  return {
    name: "quickjs",
    wasm: false,
    version: () => {
      const path = join(at, "package.json");
      return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version : undefined;
    },
    run: (script, { folder }) => {
      writeFileSync(join(folder, "program.js"), script + printing("print"));
      writeFileSync(
        join(folder, "host.mjs"),
        `import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
const { getQuickJS } = createRequire(${JSON.stringify(join(at, "package.json"))})("quickjs-emscripten");
const context = (await getQuickJS()).newContext();
const print = context.newFunction("print", (text) => console.log(context.getString(text)));
context.setProp(context.global, "print", print);
const result = context.evalCode(readFileSync("program.js", "utf8"));
if (result.error) console.log(JSON.stringify(context.dump(result.error)));
process.exit(0);
`,
      );
      return outcome(process.execPath, ["host.mjs"], folder);
    },
  };
}

/** The engines of this kind; `modules` is where npm has installed those that come from there. */
export function processes(modules: string): readonly Engine[] {
  return [
    shell("node", process.execPath, {}),
    shell("node-22", join(modules, "node-22", "bin", "node"), {}),
    shell("node-24", join(modules, "node-24", "bin", "node"), {}),
    shell("deno", join(modules, ".bin", "deno"), { args: ["run", "--no-config", "--no-remote"] }),
    shell("bun", join(modules, ".bin", "bun"), { args: ["run"] }),
    shell("javascriptcore", "/usr/bin/jsc", {
      print: "print",
      version: ["dpkg-query", "--show", "--showformat=${Version}", "libjavascriptcoregtk-4.0-bin"],
    }),
    quickjs(modules),
  ];
}
