/** Where the operator is. */
import { createRouter } from '../client/router.ts';

export const { place, go, start: startRouter } = createRouter((to) => /^\/console(\/|$|\?)/.test(to));
