/** The operator makes concerts in a real browser: by form, by CSV, from an old one, and each of them once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import type { ReplyOf } from '../src/contract.ts';
import { bytesOf, planCases } from './cases/plans.ts';
import { type VisitorOptions } from './harness/browser.ts';
import { leave, operatorAt as signedIn } from './harness/operator.ts';
import { openPages } from './harness/pages.ts';

const { house, server, office, browser } = await openPages();

const operatorAt = (address: string, options?: VisitorOptions) => signedIn(browser, server, address, options);

const concertsNamed = async (title: string): Promise<string[]> =>
  (await house.sql<{ id: string }[]>`select id from concerts where title = ${title}`).map(({ id }) => id);

async function planOf(id: string) {
  const { body } = await office.call<ReplyOf<'getPlan', 200>>(
    'GET',
    `/api/v1/admin/concerts/${id}/plan`,
    await office.asOperator(),
  );
  return body;
}

async function describeConcert(page: Page, title: string): Promise<void> {
  await page.getByLabel('제목').fill(title);
  await page.getByLabel('아티스트').fill('하늘');
  await page.getByLabel('장소').fill('세종홀');
  await page.locator('input[type="datetime-local"]').first().fill('2030-05-01T19:30');
}

async function putOnSale(page: Page): Promise<void> {
  await page.getByRole('button', { name: '판매 시작' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('바로 모든 사람에게 보이고').waitFor();
  await dialog.getByRole('button', { name: '판매 시작' }).click();
  await page.getByText('판매를 시작했어요').waitFor();
}

test('makes a concert by form: faults beside their fields, the hall drawn, the effect said first, then on sale', async () => {
  const title = `봄밤 ${process.pid}`;
  const visitor = await operatorAt('/console/new');
  const { page } = visitor;
  await page.locator('.plan-preview canvas').waitFor();
  // All cells of a row look alike, whatever the seat map that is drawn beside them is styled with.
  const looks = (await page.evaluate(`[...document.querySelectorAll('.sections-table input')]
    .map((cell) => getComputedStyle(cell)).map(({ display, height, padding }) => [display, height, padding].join())`)) as string[];
  assert.deepEqual([looks.length, new Set(looks).size], [5, 1], looks.join('\n'));
  await page.getByRole('button', { name: '판매 시작' }).click();
  await page.getByText('고칠 곳이 4군데 있어요').waitFor();
  assert.equal(await page.locator(':focus').getAttribute('name'), 'title');
  await visitor.assertAccessible();
  await describeConcert(page, title);
  await page.getByText('고칠 곳이').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: '회차 추가' }).click();
  assert.equal(await page.locator('input[type="datetime-local"]').last().inputValue(), '2030-05-02T19:30');
  await page.getByRole('button', { name: '구역 추가' }).click();
  await page.getByLabel('2번째 구역, 등급').fill('VIP');
  await page.getByLabel('2번째 구역, 열', { exact: true }).fill('0');
  await page.getByRole('button', { name: '판매 시작' }).click();
  await page.getByText('1부터 100,000까지예요.').waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.getByLabel('2번째 구역, 열', { exact: true }).fill('3');
  await page.getByRole('figure', { name: '좌석 배치 미리보기: 구역 2개, 260석' }).waitFor();
  await page.getByText('57,200,000원').waitFor();
  await visitor.assertAccessible();
  await page.getByRole('button', { name: '판매 시작' }).click();
  await page.getByRole('dialog').getByText('회차 2개, 좌석 520석').waitFor();
  await visitor.assertAccessible();
  assert.deepEqual(await concertsNamed(title), []);
  await page.getByRole('dialog').getByRole('button', { name: '취소' }).click();
  assert.deepEqual(await concertsNamed(title), []);
  await putOnSale(page);
  const [made, ...others] = await concertsNamed(title);
  assert.deepEqual(others, []);
  const plan = await planOf(made ?? '');
  assert.deepEqual(
    plan.performances.map(({ startsAt }) => startsAt),
    ['2030-05-01T10:30:00.000Z', '2030-05-02T10:30:00.000Z'],
  );
  assert.deepEqual(
    plan.performances[1]?.sections.map(({ name, rows, grade }) => [name, rows, grade]),
    [
      ['A', 10, 'R'],
      ['B', 3, 'VIP'],
    ],
  );
  const [logged] = await house.sql`select from operator_log where concert_id = ${made ?? ''}`;
  assert(logged !== undefined);
  await leave(visitor);
});

test('dates that are past or there twice are asked about once, and then they go on sale', async () => {
  const title = `지난 공연 ${process.pid}`;
  const visitor = await operatorAt('/console/new');
  const { page } = visitor;
  await describeConcert(page, title);
  await page.getByRole('button', { name: '회차 추가' }).click();
  const dates = page.locator('input[type="datetime-local"]');
  await dates.last().fill('2030-05-01T19:30');
  await page.getByRole('button', { name: '회차 추가' }).click();
  await dates.last().fill('2020-05-01T19:30');
  await page.getByRole('button', { name: '판매 시작' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('이미 지난 날짜: 2020-05-01 19:30', { exact: true }).waitFor();
  await dialog.getByText('두 번 이상 적힌 날짜: 2030-05-01 19:30', { exact: true }).waitFor();
  await visitor.assertAccessible();
  await dialog.getByRole('button', { name: '판매 시작' }).click();
  await dialog.getByRole('alert').getByText('날짜가 맞으면 체크하고').waitFor();
  await visitor.assertAccessible();
  assert.deepEqual(await concertsNamed(title), []);
  await dialog.getByLabel('날짜가 맞아요').check();
  await dialog.getByRole('button', { name: '판매 시작' }).click();
  await page.getByText('판매를 시작했어요').waitFor();
  const [made, ...others] = await concertsNamed(title);
  assert.deepEqual(others, []);
  assert.equal((await planOf(made ?? '')).performances.length, 3);
  await leave(visitor);
});

test('a lost answer and a second press make one concert', async () => {
  const title = `한 번만 ${process.pid}`;
  const visitor = await operatorAt('/console/new');
  const { page } = visitor;
  let lost = 0;
  await page.route('**/api/v1/admin/concerts', async (route) => {
    if (route.request().method() !== 'POST') return route.fallback();
    const response = await route.fetch();
    assert.equal(response.status(), 201);
    lost += 1;
    // The server acted, and nobody heard of it.
    return lost <= 4 ? route.abort('connectionreset') : route.fulfill({ response });
  });
  await describeConcert(page, title);
  await page.getByRole('button', { name: '판매 시작' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '판매 시작' }).dblclick();
  await page.getByText('연결이 끊겼어요').waitFor();
  assert.equal(lost, 4);
  await putOnSale(page);
  assert.equal((await concertsNamed(title)).length, 1);
  await leave(visitor);
});

test('takes a plan from CSV only when every row is right, from a file of Excel and from what was pasted', async () => {
  const visitor = await operatorAt('/console/new', { width: 768 });
  const { page } = visitor;
  await page.getByRole('button', { name: 'CSV로 가져오기' }).click();
  await page
    .getByLabel('또는 표를 그대로 붙여 넣기')
    .fill('구역;열;열당 좌석;등급;가격\n가;0;20;R;일만\n나;5;10;S;90,000\n');
  await page.getByRole('button', { name: '확인하기' }).click();
  await page.getByText('고칠 줄이 1개 있어요').waitFor();
  await page.getByText('열 ‘0’: 1부터 100,000까지예요. 가격(원) ‘일만’: 정수로 적어 주세요.').waitFor();
  assert.equal(await page.getByRole('button', { name: /가져오기$/ }).count(), 0);
  await visitor.assertAccessible();
  assert.equal(await page.getByLabel('1번째 구역, 구역').inputValue(), 'A');
  const file = '\ufeffname,rows,seatsPerRow,grade,price\r\n"가, 서쪽",4,20,R,"110,000"\r\n나,5,10,S,90000\r\n\r\n';
  await page
    .getByLabel('CSV 파일')
    .setInputFiles({ name: 'plan.csv', mimeType: 'text/csv', buffer: Buffer.from(file) });
  await page.getByRole('button', { name: '구역 2개, 130석 가져오기' }).click();
  assert.deepEqual(
    [
      await page.getByLabel('1번째 구역, 구역').inputValue(),
      await page.getByLabel('1번째 구역, 가격(원)').inputValue(),
      await page.getByLabel('2번째 구역, 등급').inputValue(),
    ],
    ['가, 서쪽', '110000', 'S'],
  );
  const title = `가져온 공연 ${process.pid}`;
  await describeConcert(page, title);
  await putOnSale(page);
  const [made] = await concertsNamed(title);
  const [first] = (await planOf(made ?? '')).performances[0]?.sections ?? [];
  assert.deepEqual([first?.name, first?.price], ['가, 서쪽', 110_000]);
  await leave(visitor);
});

/** Opens the import anew, with this file; answers what it shows. */
async function importing(page: Page, name: string, buffer: Buffer) {
  if ((await page.locator('.import').count()) > 0) await page.getByRole('button', { name: '가져오기 닫기' }).click();
  await page.getByRole('button', { name: 'CSV로 가져오기' }).click();
  const panel = page.locator('.import');
  await panel.getByLabel('CSV 파일').setInputFiles({ name, mimeType: 'text/csv', buffer });
  await panel.locator('table, .notice').first().waitFor();
  return panel;
}

/** The rows of the table: what is read of each, above what is written where that differs; and what is said of it. */
async function rowsIn(panel: Locator): Promise<{ read: string; said: string }[]> {
  const rows = await panel.locator('tbody tr').allInnerTexts();
  return rows.map((row) => {
    const cells = row.split('\t').map((cell) => cell.trim().split('\n')[0] ?? '');
    return { read: cells.slice(1, -1).join('|'), said: cells.at(-1) ?? '' };
  });
}

test('reads the plans of operators as they were meant, shows how, and takes none that could mean something else', async () => {
  const visitor = await operatorAt('/console/new');
  const { page } = visitor;
  for (const one of planCases) {
    const panel = await importing(page, `${one.file}.csv`, await bytesOf(one));
    await panel.getByText(new RegExp(`^${one.readAs}.*읽었어요`)).waitFor();
    const rows = await rowsIn(panel);
    assert.deepEqual(
      rows.map(({ read }) => read),
      one.rows,
      one.file,
    );
    const wrong = rows.flatMap(({ said }, index) => (said === '이상 없음' ? [] : [index + 2]));
    assert.deepEqual(wrong, one.wrong?.slice(0, 1) ?? [], one.file);
    for (const [row, reason] of one.wrong === undefined ? [] : [one.wrong])
      assert.match((await panel.getByRole('alert').getByText(`${row}번 줄`).locator('..').textContent()) ?? '', reason);
    assert.equal(await panel.getByRole('button', { name: /석 가져오기$/ }).count(), one.wrong === undefined ? 1 : 0);
  }
  // 홀 and 홈 in the other reading, and back.
  const [first] = planCases;
  assert(first !== undefined);
  const panel = await importing(page, 'halls.csv', await bytesOf(first));
  await panel.getByRole('button', { name: 'UTF-8로 다시 읽기' }).click();
  await panel.getByRole('cell', { name: 'Ȧ' }).waitFor();
  await panel.getByRole('button', { name: 'CP949(EUC-KR)로 다시 읽기' }).click();
  await panel.getByRole('cell', { name: '홀' }).waitFor();
  await visitor.assertAccessible();
  await panel.getByRole('button', { name: '구역 2개, 300석 가져오기' }).click();
  assert.equal(await page.getByLabel('2번째 구역, 구역').inputValue(), '홈');
  await leave(visitor);
});

test('asks where a file could be read in two ways, and says what is no plan', async () => {
  const visitor = await operatorAt('/console/new');
  const { page } = visitor;
  // é is one letter of UTF-8, and 챕 in the old code page: each could be the name of a section.
  const either = Buffer.from('name,rows,seatsPerRow,grade,price\nAé,1,2,R,3000\n');
  const panel = await importing(page, 'either.csv', either);
  await panel.getByText('글자를 두 가지로 읽을 수 있어요').waitFor();
  assert.equal(await panel.locator('table').count(), 0);
  await panel.getByText('A챕', { exact: true }).waitFor();
  await visitor.assertAccessible();
  await panel.getByRole('button', { name: 'UTF-8로 읽기' }).click();
  await panel.getByRole('cell', { name: 'Aé' }).waitFor();
  await panel.getByRole('button', { name: '구역 1개, 2석 가져오기' }).waitFor();
  await (await importing(page, 'plan.csv', Buffer.from('PK\x03\x04'))).getByText('엑셀 파일이에요').waitFor();
  await (await importing(page, 'plan.csv', Buffer.alloc(5_000_000, 'a'))).getByText('파일이 너무 커요').waitFor();
  await leave(visitor);
});

test('two sections that read alike are refused beside the second', async () => {
  const visitor = await operatorAt('/console/new');
  const { page } = visitor;
  await describeConcert(page, '쌍둥이');
  await page.getByRole('button', { name: '구역 추가' }).click();
  await page.getByLabel('2번째 구역, 구역').fill('Ａ\u200b');
  await page.getByRole('button', { name: '판매 시작' }).click();
  await page.getByText('1번째 구역과 똑같이 읽혀요').waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0);
  assert.deepEqual(await concertsNamed('쌍둥이'), []);
  await leave(visitor);
});

test('copies an old concert: everything is there but the dates', async () => {
  const sections = [{ name: 'Z', rows: 3, seatsPerRow: 7, grade: 'S', price: 33_000 }];
  const { concertId } = await office.createConcert({
    title: `Old ${process.pid}`,
    maxActive: 77,
    performances: [{ startsAt: '2030-01-01T10:00:00Z', sections }],
  });
  const visitor = await operatorAt('/console/new', { language: 'en' });
  const { page } = visitor;
  await page.getByLabel('Copy an earlier concert').selectOption(concertId);
  await page.getByText('except its dates has been copied').waitFor();
  assert.deepEqual(
    [
      await page.getByLabel('Title').inputValue(),
      await page.getByLabel('People inside at once').inputValue(),
      await page.getByLabel('Section 1, Seats per row').inputValue(),
      await page.locator('input[type="datetime-local"]').inputValue(),
    ],
    [`Old ${process.pid}`, '77', '7', ''],
  );
  await page.getByRole('button', { name: 'Put on sale' }).click();
  await page.getByText('Choose a date and time.').waitFor();
  await visitor.assertAccessible();
  await leave(visitor);
});
