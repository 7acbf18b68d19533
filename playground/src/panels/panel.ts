/** What the three panels have in common. */
import type { View } from "../link.ts";

/** A panel shows a view, tells which one it shows, and says when that has changed. */
export interface Panel<V extends View> {
  open(view: V): void;
  view(): V;
}

/** Whom a panel tells. */
export interface Surroundings {
  /** The view has changed. */
  readonly onChange: () => void;
  /** Something went wrong that the panel itself cannot show. */
  readonly onProblem: (message: string) => void;
}
