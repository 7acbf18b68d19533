/** The built page on a server of its own, as `npm run playground` serves it, opened in a browser without a window. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer, {
  type Browser,
  type ConsoleMessage,
  type HTTPRequest,
  type LaunchOptions,
  type Page,
} from "puppeteer-core";
import { build, preview } from "vite";
import { chromiumFlags } from "../runtimes/browsers.ts";

const root = fileURLToPath(new URL("../../playground", import.meta.url));

/** The browsers, as the tests of the runtimes start them. */
export const browsers: readonly (LaunchOptions & {
  readonly browser: "chrome" | "firefox";
  readonly executablePath: string;
})[] = [
  { browser: "chrome", executablePath: "/usr/bin/chromium", args: chromiumFlags },
  { browser: "firefox", executablePath: "/usr/bin/firefox-esr", protocol: "webDriverBiDi" },
];

/** An absent browser is skipped, unless REQUIRE_ENGINES is set. */
export const absent = (path: string): boolean => process.env["REQUIRE_ENGINES"] === undefined && !existsSync(path);

export interface Site {
  /** Ends with a slash. */
  readonly address: string;
  close(): Promise<void>;
}

/** Builds the page into a folder of its own and serves it. */
export async function serveSite(): Promise<Site> {
  const outDir = mkdtempSync(join(tmpdir(), "egop-playground-"));
  await build({ root, logLevel: "error", build: { outDir, emptyOutDir: true } });
  const server = await preview({ root, logLevel: "error", build: { outDir }, preview: { host: "127.0.0.1", port: 0 } });
  const address = server.resolvedUrls?.local[0];
  if (address === undefined) throw new Error("the server has no address");
  return {
    address,
    async close() {
      await server.close();
      rmSync(outDir, { recursive: true });
    },
  };
}

/** A page with all that it asked for and said. */
export interface OpenPage {
  readonly page: Page;
  /** Addresses, without those that are data themselves. */
  readonly requests: readonly string[];
  /** Messages of the console, of whatever kind, and errors that nobody caught. */
  readonly said: readonly string[];
}

export async function openPage(
  browser: Browser,
  address: string,
  size = { width: 1280, height: 900 },
): Promise<OpenPage> {
  const page = await browser.newPage();
  const requests: string[] = [];
  const said: string[] = [];
  page.on("request", (request: HTTPRequest) => {
    // A data: address goes nowhere; Firefox draws its own widgets with a font at one.
    if (!request.url().startsWith("data:")) requests.push(request.url());
  });
  page.on("console", (message: ConsoleMessage) => said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(`uncaught: ${String(error)}`));
  await page.setViewport(size);
  await page.goto(address);
  return { page, requests, said };
}

export async function launch(options: LaunchOptions): Promise<Browser> {
  return puppeteer.launch(options);
}

/** Waits until an expression is true in the page. */
export async function until(page: Page, condition: string, seconds = 60): Promise<void> {
  await page.waitForFunction(condition, { timeout: 1000 * seconds, polling: 50 });
}

/** The values of all data elements in a table, row by row. */
export async function valuesIn(page: Page, table: string): Promise<readonly (readonly string[])[]> {
  return (await page.evaluate(
    `Array.from(document.querySelectorAll("#${table} tbody tr"), (row) => Array.from(row.querySelectorAll("data"), (cell) => cell.value))`,
  )) as string[][];
}

export async function textOf(page: Page, selector: string): Promise<string> {
  return String(await page.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`));
}
