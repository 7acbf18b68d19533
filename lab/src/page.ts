/** The frame of all reports: one HTML file that needs nothing else, light and dark, readable on a phone and printed. */
import { escapeHtml } from "./columns.ts";
import { reportStyle } from "./report-style.ts";

/** A whole page. `introduction` and `sections` are HTML. */
export function page(title: string, heading: string, introduction: string, sections: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<header>
<h1>${escapeHtml(heading)}</h1>
<p>${introduction}</p>
</header>
${sections.filter((text) => text !== "").join("\n")}
</main>
</body>
</html>
`;
}

/** A section with a heading. `content` is HTML. */
export function section(heading: string, content: string): string {
  return `<section>\n<h2>${escapeHtml(heading)}</h2>\n${content}\n</section>`;
}

/** Terms and values, both text. */
export function definitions(entries: readonly (readonly [string, string])[]): string {
  const list = entries.map(([term, value]) => `<div><dt>${escapeHtml(term)}</dt><dd>${escapeHtml(value)}</dd></div>`);
  return `<dl>\n${list.join("\n")}\n</dl>`;
}

/** What the lines of pictures mean. */
export function legendList(entries: readonly { title: string; color: string; dash: string }[]): string {
  const items = entries.map(({ title, color, dash }) => {
    const line = `<line x1="1" x2="31" y1="5" y2="5" stroke="var(${color})" stroke-width="2.5" stroke-dasharray="${dash}"/>`;
    return `<li><svg width="32" height="10" aria-hidden="true">${line}</svg> ${escapeHtml(title)}</li>`;
  });
  return `<ul class="legend" aria-label="Legend">${items.join("")}</ul>`;
}

/** Where the method comes from. */
export const methodCitation =
  "A. DePavia, V. Cruzado, J. Liang, V. Charisopoulos, R. Willett, Faster Adaptive Optimization via Expected " +
  "Gradient Outer Product Reparameterization, arXiv 2502.01594";
