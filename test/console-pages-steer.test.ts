/** Steering a sale in a real browser: pausing it, letting more in, not writing over others; the charts, and the log. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { visit } from './harness/browser.ts';
import { eventually } from './harness/eventually.ts';
import { lineOf, onDuty } from './harness/on-duty.ts';
import { operator } from './harness/server.ts';
import { openPages } from './harness/pages.ts';

const { house, server, office, browser } = await openPages();

describe('steering', () => {
  test('a pause asks for its reason, says what it does, and is read on the waiting page; resuming ends it', async () => {
    const concertId = await lineOf(office, 0);
    const fan = await visit(browser, server, { language: 'ko' });
    await fan.signUp();
    await fan.open(`/concerts/${concertId}/wait?take=1`);
    const one = await onDuty({ browser, server }, `/console/concerts/${concertId}`, { language: 'ko' });
    const { page } = one;
    await one.shows('waiting', '1');
    await page.getByRole('button', { name: '입장 멈추기' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('기다리는 1명의 대기 순서는 그대로').waitFor();
    await one.assertAccessible();
    await dialog.getByRole('button', { name: '입장 멈추기' }).click();
    await dialog.getByText('한 언어로라도 적어 주세요').waitFor();
    await dialog.getByLabel('이유 (한국어)').fill('무대 점검 중이에요');
    await dialog.getByRole('button', { name: '입장 멈추기' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('입장이 멈춰 있어요').waitFor();
    await page.locator('.vitals .badge').waitFor();
    await one.assertAccessible();
    await fan.page.getByText('무대 점검 중이에요', { exact: true }).waitFor();

    await page.getByRole('button', { name: '입장 재개하기' }).click();
    await dialog.getByText('지금 바로 입장할 사람은 없어요').waitFor();
    await dialog.getByRole('button', { name: '입장 재개하기' }).click();
    await page.getByText('팬들이 입장하고 있어요').waitFor();
    await fan.page.getByText('무대 점검 중이에요', { exact: true }).waitFor({ state: 'hidden' });
    one.assertNoComplaints();
    fan.assertNoComplaints();
  });

  test('a pause that somebody else made meanwhile is shown with its reason, and replaced only knowingly', async () => {
    const concertId = await lineOf(office, 0);
    const one = await onDuty({ browser, server }, `/console/concerts/${concertId}`, { language: 'en' });
    const { page } = one;
    const reasonNow = async () => (await office.overview(concertId)).body.paused?.reason;
    await page.getByRole('button', { name: 'Pause admission' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason in English').fill('Sound check');
    assert.equal((await office.updateConcert(concertId, { paused: { reason: 'Rain' } })).status, 200);
    // Behind the dialog, the panel has heard of it.
    await page.locator('.brake.paused').waitFor();
    await dialog.getByRole('button', { name: 'Pause admission' }).click();
    await dialog.getByRole('alert').getByText(`${operator.email} has just paused it`).waitFor();
    await dialog.getByText('“Rain”').waitFor();
    await one.assertAccessible();
    assert.equal(await reasonNow(), 'Rain');
    // Another reason again is another question.
    assert.equal((await office.updateConcert(concertId, { paused: { reason: 'Storm' } })).status, 200);
    await dialog.getByRole('button', { name: 'Pause admission' }).click();
    await dialog.getByText('“Storm”').waitFor();
    assert.equal(await reasonNow(), 'Storm');
    await dialog.getByRole('button', { name: 'Replace the reason' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await eventually(async () => assert.equal(await reasonNow(), 'Sound check'));
    one.assertNoComplaints();
  });

  test('more at once: the slider says how many it admits, and then they are in', async () => {
    const concertId = await lineOf(office, 5);
    const one = await onDuty({ browser, server }, `/console/concerts/${concertId}`, { language: 'en' });
    const { page } = one;
    await one.shows('waiting', '5');
    await page.getByRole('slider').fill('4');
    await page.getByText('Admits about 3 more at once.').waitFor();
    await page.getByRole('button', { name: 'Review the change' }).click();
    const dialog = page.getByRole('dialog', { name: 'Make this change?' });
    await dialog.getByText('Admits about 3 more at once.').waitFor();
    await one.assertAccessible();
    await dialog.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByText('Changed. It is in force on every server.').waitFor();
    await one.shows('active', '4');
    await one.shows('waiting', '2');
    const { body } = await office.overview(concertId);
    assert.deepEqual([body.active, body.maxActive, body.waiting], [4, 4, 2]);

    await page.getByLabel('People inside at once', { exact: true }).fill('2');
    await page.getByText('Nobody is admitted until 3 have left and fewer than 2 are inside.').waitFor();
    await page.getByLabel('People inside at once', { exact: true }).fill('0');
    await page.getByText('Enter a whole number from 1 to 1,000,000.').waitFor();
    await one.assertAccessible();
    await page.getByRole('button', { name: 'Reset' }).click();
    assert.equal(await page.getByLabel('People inside at once', { exact: true }).inputValue(), '4');
    one.assertNoComplaints();
  });

  test('what somebody else changed meanwhile is shown, not written over', async () => {
    const concertId = await lineOf(office, 0);
    const one = await onDuty({ browser, server }, `/console/concerts/${concertId}`, { language: 'ko' });
    const { page } = one;
    await page.getByLabel('좌석 선점 시간').fill('120');
    await page.getByRole('button', { name: '바꾸기 전에 확인' }).click();
    const dialog = page.getByRole('dialog', { name: '이렇게 바꿀까요?' });
    await dialog.getByText('5:00 대신 2:00 동안').waitFor();
    assert.equal((await office.updateConcert(concertId, { holdSeconds: 240 })).status, 200);
    await dialog.getByRole('button', { name: '바꾸기', exact: true }).click();
    await page.getByText('그 사이 다른 운영자가 바꿨어요').waitFor();
    await page.locator('.notice').getByText('4:00').waitFor();
    await one.assertAccessible();
    const [room] = await house.sql`select hold_seconds from rooms where concert_id = ${concertId}`;
    assert.equal(room?.['hold_seconds'], 240);
    await page.getByRole('button', { name: '바꾸기 전에 확인' }).click();
    await dialog.getByText('4:00 대신 2:00 동안').waitFor();
    await dialog.getByRole('button', { name: '바꾸기', exact: true }).click();
    await page.getByText('바꿨어요. 모든 서버에 적용됐어요.').waitFor();
    one.assertNoComplaints();
  });
});

test('the charts fill again after a reload, and say what they show', async () => {
  const concertId = await lineOf(office, 4);
  await eventually(async () => {
    const asked = await office.asOperator();
    const { body } = await office.call<{ line: { waiting: number[] } }>(
      'GET',
      `/api/v1/admin/concerts/${concertId}/history?minutes=1`,
      asked,
    );
    // A line needs more than one point.
    assert.deepEqual(body.line.waiting.slice(-3), [4, 4, 4]);
  }, 40_000);
  const one = await onDuty({ browser, server }, `/console/concerts/${concertId}`, { language: 'en', width: 1440 });
  const { page } = one;
  const line = page.locator('.chart').filter({ has: page.getByRole('heading', { name: 'Line', exact: true }) });
  await page.getByText('Charts: line, requests, servers').click();
  for (const look of ['first', 'again']) {
    // They stay as they were left.
    if (look === 'again') await page.reload();
    await line.locator('dd', { hasText: /^4$/ }).waitFor();
    assert.equal(await page.locator('.chart canvas').count(), 8);
    // The line is drawn: some of the canvas has the colour of ink and not only that of grid and labels.
    const drawn = (await page.evaluate(`(() => {
      const canvas = document.querySelector('.chart canvas');
      const { data } = canvas.getContext('2d').getImageData(canvas.width * 0.8, 0, canvas.width * 0.2, canvas.height * 0.8);
      let ink = 0;
      for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200 && data[at] > 200) ink++;
      return ink;
    })()`)) as number;
    assert(drawn > 0, look);
  }
  await page.getByRole('button', { name: '10 min' }).click();
  await page.getByText('These are the numbers now.').waitFor();
  await page.locator('.chart .u-over').first().hover();
  await page.getByText(/^The numbers at \d\d:\d\d:\d\d KST\.$/).waitFor();
  await one.assertAccessible();
  one.assertNoComplaints();
});

test('the log says who did what, from what to what', async () => {
  const concertId = await lineOf(office, 0, '기록된 — Logged');
  await office.updateConcert(concertId, { maxActive: 25, paused: { reason: 'Sound check' } });
  const one = await onDuty({ browser, server }, `/console/log?concert=${concertId}`, {
    language: 'en',
    theme: 'light',
  });
  const { page } = one;
  const newest = page.locator('tbody tr').first();
  await newest.getByText(operator.email).waitFor();
  assert.match((await newest.innerText()).replaceAll(/\s+/g, ' '), /People inside at once 1 → 25/);
  await newest.getByText('paused: Sound check').waitFor();
  assert.equal(await page.locator('tbody tr').count(), 2);
  await one.assertAccessible();
  await page.getByRole('link', { name: 'Show all concerts' }).click();
  await eventually(async () => assert((await page.locator('tbody tr').count()) > 2));
  await page.getByRole('button', { name: '한국어' }).click();
  await page.getByText('추가만 되고').waitFor();
  await one.assertAccessible();
  one.assertNoComplaints();
});
