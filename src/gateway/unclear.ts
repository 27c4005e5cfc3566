/** What is thrown where nobody knows how a payment stands. */

/** No answer, or none that says how it stands: it is asked again, and never taken for a no. */
export class GatewayUnclear extends Error {
  constructor(what: string, cause?: unknown) {
    super(what, { cause });
    this.name = 'GatewayUnclear';
  }
}
