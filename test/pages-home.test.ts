/** The first page, its search, and the way in by keyboard. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { newFan } from './harness/box-office.ts';
import { visit } from './harness/browser.ts';
import { eventually } from './harness/eventually.ts';
import { openPages } from './harness/pages.ts';

const { server, office, browser } = await openPages();

const titlesOn = (page: Page): Promise<string[]> => page.locator('.programme h2').allInnerTexts();
const focused = (page: Page): Promise<string> =>
  page.evaluate<string>(`document.activeElement.name || document.activeElement.innerText`);

test('the programme: the next date first, what is sold out last; a search by keyboard has an address', async () => {
  const sections = [{ name: 'A', rows: 1, seatsPerRow: 1, grade: 'R', price: 0 }];
  const on = (startsAt: string) => [{ startsAt, sections }];
  const { concertId, performanceId } = await office.createConcert({
    title: '여름 정원',
    performances: on('2030-01-01T10:00:00Z'),
  });
  await office.createConcert({ title: '겨울 정원', performances: on('2031-01-01T10:00:00Z') });
  await office.createConcert({ title: '봄 바다', venue: '정원홀', performances: on('2030-06-01T10:00:00Z') });
  await office.createConcert({ title: '가을 바다', performances: on('2020-06-01T10:00:00Z') });
  const token = await office.enter(concertId, newFan());
  const { body } = await office.hold(token, performanceId, [1]);
  await office.pay(token, body.id);

  const fan = await visit(browser, server);
  const { page } = fan;
  await fan.open('/');
  await page.locator('.programme h2').first().waitFor();
  assert.deepEqual(await titlesOn(page), ['봄 바다', '겨울 정원', '여름 정원']);
  await fan.assertAccessible();
  const search = page.getByRole('searchbox', { name: '제목, 아티스트, 장소' });
  await search.fill('정원 여름');
  await search.press('Enter');
  await page.getByRole('status').getByText('공연 1개를 찾았어요.').waitFor();
  assert.deepEqual(await titlesOn(page), ['여름 정원']);
  assert.equal(await focused(page), 'q', 'whoever searched goes on typing');
  assert.equal(new URL(page.url()).searchParams.get('q'), '정원 여름');
  await page.reload();
  await page.getByRole('heading', { name: '‘정원 여름’ 검색 결과' }).waitFor();
  await fan.assertAccessible();
  assert.equal(await search.inputValue(), '정원 여름');
  await search.fill('<b>');
  await search.press('Enter');
  await page.getByText('찾는 공연이 없어요').waitFor();
  await fan.assertAccessible();
  await page.goBack();
  await page.getByRole('status').getByText('공연 1개를 찾았어요.').waitFor();
  assert.equal(await search.inputValue(), '정원 여름');
  await search.fill('');
  await page.getByRole('link', { name: '봄 바다' }).waitFor();
  assert.equal(new URL(page.url()).search, '');
  fan.assertNoComplaints();
  await fan.context.close();
});

test('by keyboard the first stop is the way past the head, then the head in its order', async () => {
  const fan = await visit(browser, server, { language: 'en' });
  const { page } = fan;
  for (const path of ['/', '/join', '/my']) {
    await fan.open(path);
    await page.locator('main h1, main .notice').first().waitFor();
    const stops: string[] = [];
    for (let stop = 0; stop < 3; stop++) {
      await page.keyboard.press('Tab');
      stops.push(await focused(page));
    }
    assert.deepEqual(stops, ['Skip to the content', 'Maejin', 'Dark'], path);
    await fan.assertAccessible();
  }
  await fan.open('/');
  await page.locator('main h1').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate<string>('document.activeElement.id'), 'content');
  fan.assertNoComplaints();
  await fan.context.close();
});

test('of an empty sign-up the first field has the focus, and each tells its fault', async () => {
  const fan = await visit(browser, server);
  const { page } = fan;
  await fan.open('/join?next=%2Fmy');
  const submit = page.locator('form').getByRole('button', { name: '회원 가입' });
  await submit.click();
  assert.equal(await focused(page), 'name');
  for (const label of ['이름', '이메일', '비밀번호']) {
    const field = page.getByLabel(label, { exact: true });
    assert.equal(await field.getAttribute('aria-invalid'), 'true', label);
    const told = await field.getAttribute('aria-describedby');
    assert.match(await page.locator(`[id="${told}"]`).innerText(), /적어 주세요\.$/, label);
  }
  await fan.assertAccessible();
  await page.getByLabel('이름').fill('하늘');
  await submit.click();
  assert.equal(await focused(page), 'email');
  fan.assertNoComplaints();
  await fan.context.close();
});

test('what is said when the line is down is drawn in the font of the pages', async () => {
  const fan = await visit(browser, server);
  const { page, context } = fan;
  await fan.open('/join');
  await page.locator('form').waitFor();
  const isDrawn = (text: string): Promise<boolean> =>
    page.evaluate<boolean>(`document.fonts.check("16px 'Pretendard Variable'", ${JSON.stringify(text)})`);
  const offline = '인터넷에 연결되어 있지 않아요. 연결되면 이어서 할 수 있어요.';
  await eventually(async () => assert(await isDrawn(offline)));
  assert(!(await isDrawn('뷁')), 'nothing else is fetched for it');
  await context.setOffline(true);
  await page.getByRole('status').getByText(offline).waitFor();
  await fan.assertAccessible();
  await page.getByLabel('이메일').fill('sky@maejin.example');
  await page.getByLabel('비밀번호').fill('long enough');
  await page.locator('form').getByRole('button', { name: '로그인' }).click();
  const told = await page.getByRole('alert').innerText();
  assert(await isDrawn(told), told);
  fan.assertNoComplaints();
  await fan.context.close();
});
