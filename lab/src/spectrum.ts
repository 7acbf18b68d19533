/**
 * The spectrum of an EGOP as a small picture for the terminal: λₖ/λ₁ on a logarithmic scale over k, drawn with Braille
 * characters, two dots wide and four high each. Below 1e-16 eigenvalues are round-off, and the scale ends.
 */

/** The smallest ratio that the picture shows. */
export const smallestRatio = 1e-16;

const rows = 9;
const dotsPerRow = 4;
const dotsPerColumn = 2;
const blank = 0x2800;
/** The bit of each dot of a Braille character, by row and column. */
const dotBits: readonly (readonly number[])[] = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

/** The picture: a heading, nine rows and a line with the numbers of the eigenvalues; no line break at the end. */
export function renderSpectrum(eigenvalues: readonly number[], width = 60): string {
  const largest = eigenvalues[0];
  if (!(largest > 0)) return "EGOP spectrum: all sampled gradients are zero.";
  const decades = eigenvalues.map((value) => Math.log10(Math.max(value / largest, smallestRatio)));
  const lowest = Math.min(-1, Math.floor(decades[decades.length - 1]));
  const cells = Array.from({ length: rows }, () => new Uint8Array(width));
  const dotColumns = width * dotsPerColumn;
  const dotRows = rows * dotsPerRow;
  let previous = 0;
  for (let x = 0; x < dotColumns; x++) {
    const index = Math.round((x / (dotColumns - 1)) * (eigenvalues.length - 1));
    const y = Math.round((decades[index] / lowest) * (dotRows - 1));
    // A line without gaps: from the row behind that of the dot before, down to this one's.
    for (let dot = Math.min(y, previous + 1); dot <= y; dot++)
      cells[Math.floor(dot / dotsPerRow)][Math.floor(x / dotsPerColumn)] |=
        dotBits[dot % dotsPerRow][x % dotsPerColumn];
    previous = y;
  }
  const labels = new Map([
    [0, "1"],
    [Math.floor(rows / 2), `1e${Math.round((lowest * Math.floor(rows / 2)) / (rows - 1))}`],
    [rows - 1, `1e${lowest}`],
  ]);
  const body = cells.map((cell, row) => {
    const dots = String.fromCodePoint(...Array.from(cell, (bits) => blank + bits));
    return `${(labels.get(row) ?? "").padStart(6)} ┤${dots}`;
  });
  const last = String(eigenvalues.length);
  return [
    "EGOP spectrum: eigenvalue k / largest eigenvalue",
    ...body,
    `${" ".repeat(6)} k 1${last.padStart(Math.max(last.length + 1, width - 1))}`,
  ].join("\n");
}
