/** Chromium and Firefox without a window, driven by puppeteer-core: an empty page evaluates the script. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Engine } from "./engine.ts";

interface Page {
  goto(address: string): Promise<unknown>;
  waitForFunction(condition: string): Promise<unknown>;
  evaluate(script: string): Promise<unknown>;
}
interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}
interface Puppeteer {
  launch(options: Readonly<Record<string, unknown>>): Promise<Browser>;
}

export const chromiumFlags = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

function browser(name: string, command: string, modules: string, options: Readonly<Record<string, unknown>>): Engine {
  const manifest = join(modules, "puppeteer-core", "package.json");
  return {
    name,
    wasm: true,
    version: () => {
      if (!existsSync(command) || !existsSync(manifest)) return undefined;
      return /\d+\.\d+[\w.]*/.exec(
        execFileSync(command, ["--version"], { stdio: ["ignore", "pipe", "ignore"] }).toString(),
      )?.[0];
    },
    run: async (script, { folder }) => {
      const start = performance.now();
      return inPage(command, modules, { userDataDir: folder, ...options }, async (page) => {
        await page.evaluate(`${script}\nundefined`);
        const first = String(await page.evaluate("egopFirst()"));
        const coldStart = performance.now() - start;
        const all = String(await page.evaluate("egopAll()"));
        return { first, all, coldStart, seconds: (performance.now() - start) / 1000 };
      });
    },
  };
}

/** Starts a browser, hands an empty page on, and closes the browser. */
export async function inPage<T>(
  command: string,
  modules: string,
  options: Readonly<Record<string, unknown>>,
  use: (page: Page) => Promise<T>,
): Promise<T> {
  const resolved = createRequire(join(modules, "puppeteer-core", "package.json")).resolve("puppeteer-core");
  const { default: puppeteer } = (await import(pathToFileURL(resolved).href)) as { default: Puppeteer };
  const launched = await puppeteer.launch({ executablePath: command, ...options });
  try {
    return await use(await launched.newPage());
  } finally {
    await launched.close();
  }
}

export function browsers(modules: string): readonly Engine[] {
  return [
    browser("chromium", "/usr/bin/chromium", modules, { browser: "chrome", args: chromiumFlags }),
    browser("firefox", "/usr/bin/firefox-esr", modules, { browser: "firefox", protocol: "webDriverBiDi" }),
  ];
}
