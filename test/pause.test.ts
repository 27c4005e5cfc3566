/** A pause is told to each reader in their language. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newFan, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openTwoOffices } from './harness/two-offices.ts';

const { one, other } = await openTwoOffices();

test('pauses with a reason in each language, told to each reader in theirs, everywhere', async () => {
  const { concertId } = await one.createConcert({ maxActive: 1 });
  const token = await one.enter(concertId, newFan());
  const waiting = (await other.issue(concertId, newFan())).body.token;
  const noticeFor = async (office: BoxOffice, language?: string, queueToken = waiting): Promise<unknown> => {
    const headers = language === undefined ? {} : { 'accept-language': language };
    const { body } = await office.call<{ notice: unknown }>('GET', '/api/v1/queue-token', { queueToken, headers });
    const sale = `/api/v1/concerts/${concertId}/sale`;
    const { body: public_ } = await office.call<{ notice: unknown }>('GET', sale, { headers });
    if (queueToken === waiting) assert.equal(public_.notice, body.notice);
    return body.notice;
  };
  const [ko, en] = ['무대를 점검하고 있어요', 'The stage is being checked'];
  const both = await one.updateConcert(concertId, { paused: { reason: { ko, en } } });
  assert.deepEqual([both.body.paused, both.body.pauseReasons], [{ reason: en }, { ko, en }]);
  await eventually(async () => {
    assert.equal(await noticeFor(other, 'ko-KR, en;q=0.5'), ko);
    assert.equal(await noticeFor(other, 'en-GB'), en);
    assert.equal(await noticeFor(other), en);
    assert.deepEqual((await other.overview(concertId)).body.pauseReasons, { ko, en });
  }, 2_000);
  assert.equal(await noticeFor(one, 'ko', token), null, 'who is inside is told nothing of it');
  // What was seen is what is expected: the text that was answered, or both.
  const third = { ko: '곧 다시 열어요' };
  const changed = await one.updateConcert(concertId, {
    paused: { reason: third },
    expected: { paused: { reason: { ko, en } } },
  });
  assert.deepEqual([changed.status, changed.body.pauseReasons], [200, { ko: third.ko, en: third.ko }]);
  const late = await other.updateConcert(concertId, { paused: null, expected: { paused: { reason: { ko, en } } } });
  assert.equal(late.code, 'SETTINGS_CHANGED');
  assert.deepEqual((late.fields['current'] as typeof changed.body).pauseReasons, { ko: third.ko, en: third.ko });
  await eventually(async () => assert.equal(await noticeFor(other, 'en'), third.ko), 2_000);
  const { paused } = changed.body;
  assert.equal((await other.updateConcert(concertId, { paused: null, expected: { paused } })).status, 200);
  // The longest, of the longest characters.
  const longest = { ko: '\u{1f3ab}'.repeat(500), en: '\u{1f3ad}'.repeat(500) };
  assert.equal((await one.updateConcert(concertId, { paused: { reason: longest } })).status, 200);
  await eventually(async () => assert.equal(await noticeFor(other, 'ko'), longest.ko), 2_000);
});

test('a reason in no language, in an unknown one, or too long, is refused, and nothing is paused', async () => {
  const { concertId } = await one.createConcert();
  const reasons = [
    {},
    { ko: '' },
    { ko: 'a\u0000' },
    { en: 'x'.repeat(501) },
    { fr: 'x' },
    { ko: 'x', fr: 'x' },
    ['x'],
    7,
  ];
  for (const reason of reasons) {
    const { status, code } = await one.updateConcert(concertId, { paused: { reason } } as never);
    assert.deepEqual([status, code], [400, 'VALIDATION_FAILED'], JSON.stringify(reason));
  }
  assert.equal((await one.overview(concertId)).body.paused, null);
});
