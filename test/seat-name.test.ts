/** Seats are named as a person says them, in both languages, whatever an operator called the section. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  begun,
  nameOfLabel,
  namesOfLabels,
  placeOfLabel,
  seatName,
  seatNames,
  seatTyped,
  sectionName,
  shortSeatName,
} from '../web/words/seat-name.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

const f1 = { section: 'F1', row: 1, place: 49 };

test('a seat is said with its section, row and number', () => {
  assert.equal(plain(seatName('ko', f1)), 'F1구역 1열 49번');
  assert.equal(plain(seatName('en', f1)), 'section F1, row 1, seat 49');
  assert.equal(plain(shortSeatName('ko', f1)), 'F1구역 1열 49번');
  assert.equal(plain(shortSeatName('en', f1)), 'F1, row 1, seat 49');
  assert.equal(plain(begun(seatName('en', f1))), 'Section F1, row 1, seat 49');
  assert.equal(plain(begun('balcony, row 1, seat 2')), 'balcony, row 1, seat 2', 'the name of an operator');
});

test('a section that says what it is is not said twice', () => {
  const said: Readonly<Record<string, readonly [ko: string, en: string]>> = {
    A: ['A구역', 'section A'],
    101: ['101구역', 'section 101'],
    '12B': ['12B구역', 'section 12B'],
    VIP: ['VIP구역', 'section VIP'],
    가: ['가구역', 'section 가'],
    '1층 가': ['1층 가구역', '1층 가'],
    '스탠딩 B': ['스탠딩 B구역', '스탠딩 B'],
    A구역: ['A구역', 'A구역'],
    R석: ['R석', 'R석'],
    '2층': ['2층', '2층'],
    스탠딩: ['스탠딩', '스탠딩'],
    뒷자리가: ['뒷자리가', '뒷자리가'],
    'Section A': ['Section A', 'Section A'],
    Floor: ['Floor', 'Floor'],
    'Floor 2': ['Floor 2구역', 'Floor 2'],
    'Left balcony': ['Left balcony', 'Left balcony'],
  };
  for (const [name, [ko, en]] of Object.entries(said)) {
    assert.deepEqual([sectionName('ko', name), sectionName('en', name)], [ko, en], name);
  }
  assert.equal(sectionName('ko', 'A구역'.normalize('NFD')), 'A구역');
  assert.equal(sectionName('ko', '가'.normalize('NFD')), '가구역');
});

test('a label is read from its end, because a section may have dashes in its name', () => {
  assert.deepEqual(placeOfLabel('A-3-12'), { section: 'A', row: 3, place: 12 });
  assert.deepEqual(placeOfLabel('A-3-12-7'), { section: 'A-3', row: 12, place: 7 });
  assert.equal(placeOfLabel('A-12'), undefined);
  assert.equal(plain(nameOfLabel('ko', 'A-3-12')), 'A구역 3열 12번');
  assert.equal(plain(nameOfLabel('en', 'free seating', shortSeatName)), 'free seating');
});

test('neighbours are named together', () => {
  const seats = [f1, { ...f1, place: 50 }, { ...f1, place: 51 }, { ...f1, row: 2, place: 1 }];
  assert.equal(plain(seatNames('ko', seats)), 'F1구역 1열 49번·50번·51번, F1구역 2열 1번');
  assert.equal(plain(seatNames('en', seats)), 'section F1, row 1, seats 49, 50 and 51; section F1, row 2, seat 1');
  assert.equal(plain(seatNames('en', seats.slice(0, 2))), 'section F1, row 1, seats 49 and 50');
  assert.equal(seatNames('ko', [f1]), seatName('ko', f1));
  assert.equal(plain(namesOfLabels('ko', ['F1-1-49', 'F1-1-50'])), 'F1구역 1열 49번·50번');
  assert.equal(plain(namesOfLabels('en', ['F1-1-49', 'standing'])), 'F1-1-49, standing');
});

test('a seat is understood as it is said, in whatever of its names', () => {
  const sections = ['A', 'F1', '스탠딩', 'A-3', '1층 가'];
  const seat = { section: 'F1', row: 1, place: 49 };
  for (const text of ['F1-1-49', 'f1-1-49', 'F1구역 1열 49번', 'F1 1열 49번', 'F1구역1열49번', ' F1구역 1열 49 ']) {
    assert.deepEqual(seatTyped(text, sections), seat, text);
  }
  for (const text of ['section F1, row 1, seat 49', 'Section F1 row 1 seat 49', 'F1, row 1, seat 49']) {
    assert.deepEqual(seatTyped(text, sections), seat, text);
  }
  assert.deepEqual(seatTyped('A-3-2-1', sections), { section: 'A-3', row: 2, place: 1 });
  for (const section of sections) {
    for (const language of ['ko', 'en'] as const) {
      const said = { section, row: 12, place: 3 };
      assert.deepEqual(seatTyped(seatName(language, said), sections), said);
      assert.deepEqual(seatTyped(begun(seatName(language, said)).normalize('NFD'), sections), said);
    }
  }
  for (const text of ['', 'A', 'B-1-1', 'B구역 1열 1번', 'A구역 열 번', 'row 1, seat 2']) {
    assert.equal(seatTyped(text, sections), undefined, text);
  }
});

test('no line ends between a number and what it counts', () => {
  assert.deepEqual(seatName('ko', f1).split(' '), ['F1구역', '1열\u00a049번']);
  assert.deepEqual(seatName('en', f1).split(' '), ['section', 'F1,', 'row\u00a01,', 'seat\u00a049']);
  const pair = seatNames('ko', [f1, { ...f1, place: 50 }]);
  assert.deepEqual(pair.split(' '), ['F1구역', '1열\u00a049번·50번']);
});
