/** What a queue token says of itself, to those who need no proof of it: whose place it is, in which line. */

export interface Claims {
  readonly concertId: unknown;
  readonly userId: unknown;
  readonly entry: unknown;
}

/** Undefined for a token that says nothing. What is not ASCII is read as something else, but always as the same. */
export function claimsOf(token: string): Claims | undefined {
  try {
    const claims = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const { c, u, e } = JSON.parse(atob(claims)) as Readonly<Record<string, unknown>>;
    return { concertId: c, userId: u, entry: e };
  } catch {
    return undefined;
  }
}
