/** Reading while news comes: once for all who ask, nothing is lost, and a read that failed leaves nothing behind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLoader } from './loader.ts';
import { OverloadedError } from './lane.ts';

/** A loader whose reads the test answers by hand, newest last. */
function byHand(newsMax = 3) {
  const reads: PromiseWithResolvers<string>[] = [];
  const loader = createLoader<string, string, string, string>({
    name: 'things',
    keyOf: (asked) => asked,
    read: () => {
      const read = Promise.withResolvers<string>();
      reads.push(read);
      return read.promise;
    },
    keep: (read, news) => [read, ...news].join(' '),
    newsMax,
  });
  const answer = async (text: string): Promise<void> => {
    reads.at(-1)?.resolve(text);
    await new Promise(setImmediate);
  };
  return { loader, reads, answer };
}

test('each key is read once however many ask, and what was told meanwhile is handed over in order', async () => {
  const { loader, reads, answer } = byHand();
  loader.hear('a', 'before anybody asked');
  const all = [loader.load('a'), loader.load('a'), loader.load('a')];
  loader.hear('a', 'one');
  loader.hear('b', 'of another');
  loader.hear('a', 'two');
  assert.equal(reads.length, 1);
  await answer('read');
  assert.deepEqual(await Promise.all(all), ['read one two', 'read one two', 'read one two']);
  const again = loader.load('a');
  assert.equal(reads.length, 2, 'what was read is kept elsewhere');
  await answer('read');
  assert.equal(await again, 'read');
});

test('a read that failed is told to all who asked, and leaves nothing behind', async () => {
  const { loader, reads, answer } = byHand();
  const all = [loader.load('a'), loader.load('a')];
  loader.hear('a', 'one');
  reads[0]?.reject(new Error('away'));
  for (const one of all) await assert.rejects(one, /away/);
  const next = loader.load('a');
  await answer('read');
  assert.equal(await next, 'read', 'not with news of the read before');
});

test('whoever may have missed something reads again before anybody gets it', async () => {
  const { loader, reads, answer } = byHand();
  const one = loader.load('a');
  loader.hear('a', 'old');
  loader.missed();
  loader.hear('a', 'old, too');
  await answer('too early');
  assert.equal(reads.length, 2);
  loader.hear('a', 'new');
  await answer('read');
  assert.equal(await one, 'read new');
  const other = loader.load('b');
  const anew = loader.loadAnew('b');
  await answer('too early');
  await answer('read');
  assert.deepEqual(await Promise.all([other, anew]), ['read', 'read']);
});

test('more news than is kept means another read, and what never rests is refused', async () => {
  const { loader, reads, answer } = byHand(2);
  const tell = (): void => {
    for (const news of ['one', 'two', 'three']) loader.hear('a', news);
  };
  const one = loader.load('a');
  tell();
  await answer('too early');
  await answer('read');
  assert.equal(await one, 'read');
  const never = loader.load('a');
  const refused = assert.rejects(never, OverloadedError);
  for (let read = 0; read < 4; read++) {
    tell();
    await answer('too early');
  }
  await refused;
  assert.equal(reads.length, 6, 'four times and no more');
});
