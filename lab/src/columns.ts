/** Tables as columns: what stands above and what below, for the terminal and for pages alike. */
import Table from "cli-table3";

export interface Column<Row> {
  readonly heading: string;
  /** Numbers stand at the right. */
  readonly numeric: boolean;
  readonly cell: (row: Row) => string;
}

export function textColumn<Row>(heading: string, cell: (row: Row) => string): Column<Row> {
  return { heading, numeric: false, cell };
}

export function numberColumn<Row>(heading: string, cell: (row: Row) => string): Column<Row> {
  return { heading, numeric: true, cell };
}

/** The table as text without rules, headings broken before their last word, no line break at the end. */
export function renderColumns<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const table = new Table({
    head: columns.map(({ heading }) => heading.replace(/ (?=\S+$)/, "\n")),
    colAligns: columns.map(({ numeric }) => (numeric ? "right" : "left")),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
    chars: {
      ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
      ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
      ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "" },
    },
  });
  table.push(...rows.map((row) => columns.map(({ cell }) => cell(row))));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** The same as HTML, in a region that scrolls by itself; the columns up to `names` head their rows. */
export function htmlTable<Row>(
  label: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  names: number,
  kindOfTable: "numbers" | "claims" = "numbers",
): string {
  const kind = (numeric: boolean): string => (numeric ? ' class="number"' : "");
  const head = columns.map(({ heading, numeric }) => `<th scope="col"${kind(numeric)}>${escapeHtml(heading)}</th>`);
  const body = rows.map((row) => {
    const cells = columns.map(({ cell, numeric }, index) =>
      index === names - 1
        ? `<th scope="row"${kind(numeric)}>${escapeHtml(cell(row))}</th>`
        : `<td${kind(numeric)}>${escapeHtml(cell(row))}</td>`,
    );
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<div class="scroll" role="region" aria-label="${escapeHtml(label)}" tabindex="0">
<table class="${kindOfTable}">
<thead><tr>${head.join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody>
</table>
</div>`;
}

/** Text as HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Sentences as HTML: numbers with an exponent do not break at its sign. */
export function proseHtml(text: string): string {
  return escapeHtml(text).replace(/\d[\d.]*e[-+]?\d+/g, '<span class="value">$&</span>');
}
