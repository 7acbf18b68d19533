/** A module that another imports, so that the hash has something to follow. */
export const curvature = (i) => 10 ** -i;
