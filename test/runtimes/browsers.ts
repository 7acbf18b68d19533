/** Chromium and Firefox without a window, driven by puppeteer-core: an empty page evaluates the script. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Engine } from "./engine.ts";

interface Page {
  evaluate(script: string): Promise<unknown>;
}
interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}
interface Puppeteer {
  launch(options: Readonly<Record<string, unknown>>): Promise<Browser>;
}

const chromiumFlags = [
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
      const resolved = createRequire(manifest).resolve("puppeteer-core");
      const { default: puppeteer } = (await import(pathToFileURL(resolved).href)) as { default: Puppeteer };
      const start = performance.now();
      const launched = await puppeteer.launch({ executablePath: command, userDataDir: folder, ...options });
      try {
        const page = await launched.newPage();
        await page.evaluate(`${script}\nundefined`);
        const first = String(await page.evaluate("egopFirst()"));
        const coldStart = performance.now() - start;
        const all = String(await page.evaluate("egopAll()"));
        return { first, all, coldStart, seconds: (performance.now() - start) / 1000 };
      } finally {
        await launched.close();
      }
    },
  };
}

export function browsers(modules: string): readonly Engine[] {
  return [
    browser("chromium", "/usr/bin/chromium", modules, { browser: "chrome", args: chromiumFlags }),
    browser("firefox", "/usr/bin/firefox-esr", modules, { browser: "firefox", protocol: "webDriverBiDi" }),
  ];
}
