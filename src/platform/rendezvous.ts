/**
 * Rendezvous hashing: all who know of the same servers name the same one for a thing, without a word; when one is gone only
 * what was its own moves, and it is spread over all the others.
 */

/** How much this server would like to have it; whoever likes most has it. 32 bits. */
export function likingOf(server: string, thing: string): number {
  let hash = 0x811c_9dc5;
  for (const text of [server, ' ', thing])
    for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
  // The last characters are spread over all bits too.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Whether `own` has it, and none of the others. */
export function isChosen(own: string, others: Iterable<string>, thing: string): boolean {
  const liking = likingOf(own, thing);
  for (const other of others) {
    const theirs = likingOf(other, thing);
    if (theirs > liking || (theirs === liking && other > own)) return false;
  }
  return true;
}
