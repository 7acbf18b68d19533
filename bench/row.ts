/** What a benchmark reports: one line of the table, one element of the JSON array. */

/** A measurement, alone or beside a peer's; suites may add fields of their own. */
export interface Row {
  readonly name: string;
  readonly size: number;
  /** Our time for one run, the median of several. */
  readonly milliseconds: number;
  /** The library beside ours, or null when nothing was compared. */
  readonly peer: string | null;
  readonly peerMilliseconds: number | null;
  /** The peer's time over ours: above 1 we are faster. */
  readonly ratio: number | null;
}

/** A group of measurements under one name; `npm run bench -- NAME` runs it alone. */
export interface Suite {
  readonly name: string;
  /**
   * Calls `report` for each row as soon as it is known. A text (a plot) is printed for people and left out of JSON; an SVG
   * drawing is written to a file of this name where drawings are asked for.
   */
  run(
    report: (row: Row) => void,
    print: (text: string) => void,
    draw: (name: string, drawing: string) => void,
  ): void | Promise<void>;
}
