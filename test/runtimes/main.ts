/**
 * Runs the conformance program in every engine and compares the digests: `npm run runtimes` prints one line an engine,
 * `-- --json` an array of { runtime, version, wasm, digest, passed }, `-- --require-all` fails when one is absent, and
 * `-- NAME…` runs the named engines alone. An engine that is absent has neither version nor digest, and has not passed.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { browsers } from "./browsers.ts";
import { bundle } from "./bundle.ts";
import { requiringWebAssembly, withoutWebAssembly, type Engine, type Outcome } from "./engine.ts";
import { processes } from "./processes.ts";
import { workerd } from "./workerd.ts";

interface Row {
  readonly runtime: string;
  readonly version: string | null;
  readonly wasm: boolean;
  readonly digest: string | null;
  readonly passed: boolean;
}

const root = process.cwd();
const home = resolve(root, "runtimes");
const modules = join(home, "node_modules");
const work = join(home, "dist");

const flags = process.argv.slice(2);
const json = flags.includes("--json");
const requireAll = flags.includes("--require-all");
const names = flags.filter((flag) => !flag.startsWith("--"));

if (!existsSync(modules)) execFileSync("npm", ["ci"], { cwd: home, stdio: ["ignore", "ignore", "inherit"] });
const engines = [...processes(modules), workerd(modules), ...browsers(modules)];
const unknown = names.find((name) => !engines.some((engine) => engine.name === name));
if (unknown !== undefined)
  throw new Error(`no engine "${unknown}"; expected ${engines.map((e) => e.name).join(", ")}.`);

const { script, kernels } = await bundle(root, join(work, "bundle"));
const rows: Row[] = [];
let reference: string | undefined;
for (const engine of engines)
  if (names.length === 0 || names.includes(engine.name))
    for (const wasm of engine.wasm ? [true, false] : [false]) rows.push(await measure(engine, wasm));

const absent = rows.filter(({ version }) => version === null);
const failed = rows.filter(({ version, passed }) => version !== null && !passed);
if (json) console.log(JSON.stringify(rows));
else {
  const passed = rows.length - failed.length - absent.length;
  console.log(`${passed} passed, ${failed.length} failed, ${absent.length} absent`);
}
if (failed.length > 0 || (requireAll && absent.length > 0)) process.exitCode = 1;

async function measure(engine: Engine, wasm: boolean): Promise<Row> {
  const version = engine.version() ?? null;
  const label = `${engine.name.padEnd(15)} ${(version ?? "absent").padEnd(22)} wasm ${wasm ? "on " : "off"}`;
  if (version === null) {
    say(label);
    return { runtime: engine.name, version, wasm, digest: null, passed: false };
  }
  const folder = join(work, `${engine.name}-${wasm ? "on" : "off"}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  let outcome: Outcome;
  try {
    if (!wasm) outcome = await engine.run(withoutWebAssembly + script, { folder });
    else if (engine.compilesAhead === true) outcome = await engine.run(script, { folder, kernels });
    else outcome = await engine.run(script + requiringWebAssembly, { folder });
  } catch (error) {
    say(`${label} failed: ${error instanceof Error ? error.message : String(error)}`);
    return { runtime: engine.name, version, wasm, digest: null, passed: false };
  }
  reference ??= outcome.all;
  const passed = outcome.all === reference;
  const times = `${outcome.seconds.toFixed(2).padStart(7)} s   cold start ${outcome.coldStart.toFixed(0).padStart(5)} ms`;
  say(`${label} ${outcome.all} ${times}${passed ? "" : "   DIFFERS"}`);
  return { runtime: engine.name, version, wasm, digest: outcome.all, passed };
}

function say(line: string): void {
  if (!json) console.log(line);
}
