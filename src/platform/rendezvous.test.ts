/** All name the same one, things are spread over all, and when one is gone nothing but its own moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isChosen } from './rendezvous.ts';

const things = Array.from({ length: 4_000 }, (_, number) => `concert${number.toString(36)}`);

/** What each of them takes for its own. */
function sharesOf(servers: readonly string[]): string[][] {
  return servers.map((own) =>
    things.filter((thing) =>
      isChosen(
        own,
        servers.filter((other) => other !== own),
        thing,
      ),
    ),
  );
}

test('each thing has one server, and each server about as many', () => {
  for (const servers of [['a'], ['a', 'b'], ['s1', 's2', 's3', 's4'], ['k3j9x0aaaa', 'k3j9x0aaab', 'zzzzzzzzzz']]) {
    const shares = sharesOf(servers);
    assert.deepEqual(shares.flat().toSorted(), things.toSorted());
    const fair = things.length / servers.length;
    for (const { length } of shares) assert(Math.abs(length - fair) < fair * 0.15, `${length} of ${fair}`);
  }
});

test('when one is gone, only what was its own is another’s', () => {
  const [gone = [], ...stay] = sharesOf(['a', 'b', 'c', 'd']);
  const since = sharesOf(['b', 'c', 'd']);
  for (const [place, share] of since.entries()) {
    const before = new Set(stay[place]);
    const more = share.filter((thing) => !before.has(thing));
    assert.equal(share.length - more.length, before.size, 'keeps all of its own');
    assert(more.length > (gone.length / 3) * 0.8, 'and has a part of the others’');
  }
});
