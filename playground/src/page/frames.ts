/**
 * Drawing happens in the frame after something changed, once, however often it changed; with nothing to draw, nothing runs.
 * What is out of sight is drawn when it comes into sight.
 */

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

/** The same for a picture in an element, which waits while nobody sees it. */
export function pictureIn(place: Element, draw: () => void): Drawing {
  let visible = false;
  let waiting = false;
  const inSight = drawing(() => {
    draw();
    return undefined;
  });
  const changed = (): void => {
    waiting = !visible;
    if (visible) inSight.changed();
  };
  new IntersectionObserver((entries) => {
    visible = entries[entries.length - 1].isIntersecting;
    if (visible && waiting) changed();
  }).observe(place);
  return { changed };
}
