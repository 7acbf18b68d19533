/**
 * Where things lie in the memory of the resident kernels, counted in numbers of eight bytes: first the workspace of the
 * products, then the table of exponentials, then what the owner of the memory puts there.
 */

/** A strip of A and a panel of B stay in the first-level cache, the panels of a block in the second-level cache. */
export const innerBlock = 256;
export const columnBlock = 512;
/** So many strips of a transposed A are packed together. */
export const stripGroup = 8;
const stripSize = 4 * innerBlock;
export const panelsStart: number = stripGroup * stripSize;
/** The pages of the panels that are not used cost nothing. */
export const rootsStart: number = panelsStart + innerBlock * columnBlock;
/** How many numbers the table has: `rootsOfTwo` of src/math. It is there only where a program has written it. */
const rootsSize = 256;
/** Where operands may begin. */
export const residentStart: number = rootsStart + rootsSize;
/** Bytes of zeros that lie before the first element of a matrix of thirds of doubles. */
export const thirdsMargin = 16;
