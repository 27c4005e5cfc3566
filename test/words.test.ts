/** What people read says one thing by one word; each rule is shown a text that breaks it. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { wordsBesideTheTable } from './harness/word-rules.ts';

const root = path.join(import.meta.dirname, '..');
const read_by_people = [
  'web/{client,console,fan,place,seats,ui,wait,words}/**/*.{ts,tsx}',
  'src/refusals.ts',
  'src/hall/sentences.ts',
  'src/refunds/{policy,words}.ts',
  'src/console/desk/file-words.ts',
  'src/pages/*.ts',
];

test('one word, one meaning, on every page and in every refusal', async () => {
  const files = await Array.fromAsync(glob(read_by_people, { cwd: root }));
  assert(files.includes('web/wait/words.ts') && files.includes('src/refusals.ts'), `${files.length} files`);
  const sources = await Promise.all(
    files.map(async (file) => ({ path: file, text: await readFile(path.join(root, file), 'utf8') })),
  );
  assert.deepEqual(wordsBesideTheTable(sources), []);
});

test('a word beside the table is found', () => {
  const found = (text: string, file = 'web/console/a.ts') => wordsBesideTheTable([{ path: file, text }]).length;
  for (const text of [
    "const a = '잡아 둔 좌석이 있어요';",
    "const a = '좌석 놓기';",
    "const a = '이미 결제된 예약이에요';",
    "const a = '나의 순번';",
    "const a = '다시 줄을 서 주세요';",
    "const a = '정원';",
    'const a = `${amount}이 부족해요`;',
    'const a = `${from}에서 ${to}로 바뀌어요`;',
    'const a = `Charge ${amount}`;',
    "const a = 'Charge';",
    "const a = '지갑에서 인출하기';",
    "const a = 'Cash out your wallet';",
    "const a = '가상 머니예요';",
    "const a = 'This is demo money.';",
    "const a = '위약금이 있어요';",
    "const a = '보상을 드려요';",
    "const a = '웨이팅 중이에요';",
    "const a = 'The show was cancelled.';",
    "const a = 'There is a penalty.';",
    "const a = 'Join the waitlist';",
    "const a = 'Those that ran out too.';",
    "const a = 'Take a place in line';",
    "const a = 'Audit';",
    "const a = '예매를 마쳤어요!';",
    "const a = 'You have your tickets!';",
  ])
    assert.equal(found(text), 1, text);
  for (const text of [
    "const a = '서버 오류';",
    "const a = 'The server does not answer.';",
    "const a = 'The gateway does not answer.';",
  ]) {
    assert.equal(found(text), 0, text);
    assert.equal(found(text, 'web/fan/a.ts'), 1, text);
  }
  for (const text of ["// '예약'", "const key = 'charge:1';", 'const a = `${count}석이 남았어요`;'])
    assert.equal(found(text, 'web/fan/a.ts'), 0, text);
});
