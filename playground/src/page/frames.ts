/** Drawing happens in the frame after something changed, once, however often it changed; with nothing to draw, nothing runs. */

/** Something that is drawn when it was marked as changed. */
export interface Drawing {
  readonly changed: () => void;
}

const waiting = new Set<(time: number) => void>();
let asked = false;

/** `draw` gets the time of the frame in milliseconds; true asks for another frame. */
export function drawing(draw: (time: number) => boolean | undefined): Drawing {
  const once = (time: number): void => {
    if (draw(time) === true) next(once);
  };
  return { changed: () => next(once) };
}

function next(draw: (time: number) => void): void {
  waiting.add(draw);
  if (asked) return;
  asked = true;
  requestAnimationFrame((time) => {
    asked = false;
    const now = [...waiting];
    waiting.clear();
    for (const each of now) each(time);
  });
}
