/** The drawn map of a hall. Until it is there, the list beside it is the way to choose seats. */
import type { CreateSeatMap } from './types.ts';

export const createSeatMap: CreateSeatMap | undefined = undefined as CreateSeatMap | undefined;
