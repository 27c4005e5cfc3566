/** What a server has to tell leaves in order, in few notifications, and what does not is admitted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTeller } from './teller.ts';

/** A teller whose sendings the test answers by hand. */
function byHand() {
  const said: { readonly notifications: readonly string[]; readonly sent: PromiseWithResolvers<void> }[] = [];
  const teller = createTeller({
    envelope: 'sender',
    lost: 'sender?',
    say: (notifications) => {
      const sent = Promise.withResolvers<void>();
      said.push({ notifications, sent });
      return sent.promise;
    },
  });
  const answer = async (error?: Error): Promise<void> => {
    const { sent } = said.at(-1) ?? assert.fail('nothing is on its way');
    if (error === undefined) sent.resolve();
    else sent.reject(error);
    await new Promise(setImmediate);
  };
  return { teller, said, answer };
}

const messagesIn = (notifications: readonly string[]): unknown[] =>
  notifications.flatMap((text) => JSON.parse(text.slice('sender'.length)) as unknown[]);

test('the first goes at once, all that is told meanwhile together with the next, in order', async () => {
  const { teller, said, answer } = byHand();
  for (const message of ['1', '2']) teller.tell(message);
  await Promise.resolve();
  for (let message = 3; message <= 9; message++) teller.tell(String(message));
  assert.deepEqual(
    said.map(({ notifications }) => notifications),
    [['sender[1,2]']],
  );
  await answer();
  assert.deepEqual(said[1]?.notifications, ['sender[3,4,5,6,7,8,9]']);
  await answer();
  assert.equal(said.length, 2);
});

test('each notification is as large as PostgreSQL takes and no larger, whatever the letters', async () => {
  const { teller, said } = byHand();
  const messages = Array.from({ length: 500 }, (_, n) => JSON.stringify([n, '매진'.repeat((n * 7) % 190)]));
  messages.push(JSON.stringify('x'.repeat(7_989)));
  for (const message of messages) teller.tell(message);
  await Promise.resolve();
  const { notifications } = said[0] ?? assert.fail();
  assert.deepEqual(
    messagesIn(notifications),
    messages.map((message): unknown => JSON.parse(message)),
  );
  const sizes = notifications.map((text) => Buffer.byteLength(text));
  assert(Math.max(...sizes) <= 7_999);
  const total = messages.reduce((sum, message) => sum + Buffer.byteLength(message), 0);
  assert(notifications.length < total / 6_000, `${notifications.length} notifications for ${total} bytes`);
});

test('what could not be sent is dropped, and that it was is said first of all as soon as something can be sent', async () => {
  const { teller, said, answer } = byHand();
  teller.tell('1');
  await Promise.resolve();
  teller.tell('2');
  await answer(new Error('the connection broke'));
  assert.equal(said.length, 1, 'nothing is tried again by itself');
  teller.tell('3');
  await Promise.resolve();
  assert.deepEqual(said[1]?.notifications, ['sender?', 'sender[3]']);
  await answer(new Error('the connection broke'));
  teller.retry();
  await Promise.resolve();
  assert.deepEqual(said[2]?.notifications, ['sender?']);
  await answer();
  teller.retry();
  await teller.drain();
  assert.equal(said.length, 3, 'said once');
});

test('no more waits than there is room for, nor anything that fits no notification; both are said to be lost', async () => {
  const { teller, said, answer } = byHand();
  teller.tell('0');
  await Promise.resolve();
  for (let message = 0; message < 1_000; message++) teller.tell(JSON.stringify('x'.repeat(5_000)));
  await answer();
  const { notifications } = said[1] ?? assert.fail();
  assert.equal(notifications[0], 'sender?');
  assert(notifications.length < 210);
  await answer();
  teller.tell(JSON.stringify('x'.repeat(7_990)));
  await Promise.resolve();
  assert.deepEqual(said[2]?.notifications, ['sender?']);
});
