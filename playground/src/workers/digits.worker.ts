/** The worker for the digits; their rows are part of its script, so that nothing is fetched. */
import type { Task } from "../../../lab/src/tasks/task.ts";
import text from "../../../lab/data/digits.csv?raw";
import { digitsFrom, trainDigits } from "../compute/digits.ts";
import type { DigitsProtocol } from "./protocol.ts";
import { serve } from "./serve.ts";

let task: Task | undefined;

serve<DigitsProtocol>({
  *digits(settings) {
    task ??= digitsFrom(text);
    yield* trainDigits(task, settings);
  },
});
