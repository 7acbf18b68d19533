/** Reports as readers meet them, in Chromium: light and dark, on a screen and on a phone, with keyboard and screen reader. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import axe from "axe-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isSweep } from "../../lab/src/study/carry-out.ts";
import { overviewOf } from "../../lab/src/study/overview.ts";
import { renderOverviewPage } from "../../lab/src/study/overview-page.ts";
import { readSummary } from "../../lab/src/study/read-summary.ts";
import { renderStudyReport } from "../../lab/src/study/report.ts";
import { renderSweepReport } from "../../lab/src/study/sweep-report.ts";
import { absent, browsers, launch, openPage } from "../playground/browser.ts";

const results = fileURLToPath(new URL("../../lab/results", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "egop-pages-"));
const [chromium] = browsers;

describe.skipIf(absent(chromium.executablePath))("reports in Chromium", () => {
  let browser: Awaited<ReturnType<typeof launch>>;
  beforeAll(async () => {
    browser = await launch(chromium);
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  const summaries = readdirSync(results)
    .filter((name) => existsSync(join(results, name, "summary.json")))
    .map((name) => readSummary(join(results, name, "summary.json")));
  const pages: readonly (readonly [string, () => string])[] = [
    ...summaries
      .filter(({ experiment }) => ["mixture-turned", "quadratic-grid"].includes(experiment))
      .map((summary) => {
        const render = (): string => (isSweep(summary) ? renderSweepReport(summary) : renderStudyReport(summary));
        return [summary.experiment, render] as const;
      }),
    ["overview", () => renderOverviewPage(overviewOf(summaries))],
  ];

  for (const [name, render] of pages)
    it(`${name}: nothing from the network, no violation of WCAG AA, nothing that sticks out`, async () => {
      const path = join(folder, `${name}.html`);
      writeFileSync(path, render());
      expect(readFileSync(path, "utf8")).not.toMatch(/NaN|undefined|<script|<link|@import/);
      for (const scheme of ["light", "dark"])
        for (const width of [1100, 390]) {
          const { page, requests, said } = await openPage(browser, pathToFileURL(path).href, { width, height: 900 });
          await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
          expect([requests, said]).toEqual([[pathToFileURL(path).href], []]);
          await page.evaluate(axe.source);
          const tags = JSON.stringify(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]);
          const violations: unknown = await page.evaluate(
            `axe.run({ runOnly: ${tags} }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html))`,
          );
          expect(violations).toEqual([]);
          expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
          await page.close();
        }
    });

  it("tables and hidden numbers are reached by keyboard, and points tell their values", async () => {
    const path = join(folder, "mixture-turned.html");
    const { page } = await openPage(browser, pathToFileURL(path).href);
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.getAttribute('role')")).toBe("region");
    await page.focus("details summary");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.querySelector('details').open")).toBe(true);
    expect(await page.evaluate("[...document.querySelectorAll('svg title')].some((t) => /, step \\d+: /.test(t.textContent))")).toBe(true); // prettier-ignore
    expect(await page.evaluate("document.querySelectorAll('svg[role=img]:not([aria-label])').length")).toBe(0);
    await page.close();
  });
});
