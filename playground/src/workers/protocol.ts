/** What page and workers say to each other. A task is started with an input and gives any number of outputs. */
import type { DigitsEvent, DigitsSettings } from "../compute/digits.ts";
import type { OwnResult, OwnSettings } from "../compute/own-function.ts";
import type { SurfaceName } from "../compute/surfaces.ts";
import type { TurnedResult, TurnedSettings } from "../compute/turned.ts";

/** A task by what goes in and what comes out. */
interface TaskKind {
  readonly input: unknown;
  readonly output: unknown;
}

export type Protocol<Name extends string = string> = Readonly<Record<Name, TaskKind>>;

/** The worker for functions of a few variables. */
export type FunctionProtocol = {
  readonly heights: {
    readonly input: { readonly surface: SurfaceName; readonly size: number };
    readonly output: Float64Array;
  };
  readonly turned: { readonly input: TurnedSettings; readonly output: TurnedResult };
  /** One output an angle: the index of the angle and the last losses there. */
  readonly sweep: {
    readonly input: TurnedSettings;
    readonly output: { readonly index: number; readonly losses: Float64Array };
  };
  readonly own: { readonly input: OwnSettings; readonly output: OwnResult };
};

/** The worker for the digits. */
export type DigitsProtocol = {
  readonly digits: { readonly input: DigitsSettings; readonly output: DigitsEvent };
};

/** From page to worker. A new start of a task replaces the one before. */
export type Request =
  | { readonly action: "start"; readonly task: string; readonly id: number; readonly input: unknown }
  | { readonly action: "pause" | "go on" | "stop"; readonly task: string };

/** From worker to page, under the id of the start. */
export type Reply = { readonly task: string; readonly id: number } & (
  { readonly output: unknown } | { readonly done: true } | { readonly error: string; readonly expected: boolean }
);
