/**
 * Preloaded into a server whose gateway may be away: what it sends to the sandbox, and what the sandbox sends to it, goes by
 * the wire of `GATEWAY_WIRE`, which is told where to.
 */
const wire = process.env['GATEWAY_WIRE'];
const outright = globalThis.fetch;

/** @type {typeof fetch} */
globalThis.fetch = (input, init) => {
  const to = new URL(input instanceof Request ? input.url : input);
  const isOfTheGateway = /^\/(sandbox\/api\/|(api\/v1\/)?webhooks\/)/.test(to.pathname);
  if (wire === undefined || !isOfTheGateway || input instanceof Request) return outright(input, init);
  const headers = new Headers(init?.headers);
  headers.set('x-wire-to', to.origin);
  return outright(`${wire}${to.pathname}${to.search}`, { ...init, headers });
};
