/** Where the fan is. */
import { createRouter } from '../client/router.ts';

/** Pages outside of this app, which the server must be asked for. */
const outside = /^\/(docs|console|problems|api|assets|concerts\/[a-z0-9]{10}\/wait)(\/|$|\?)/;

export const { place, go, start: startRouter } = createRouter((to) => !outside.test(to));
