/** Days and clocks as a native writes them, by the hall's clock, with its zone named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as dates from '../web/words/dates.ts';

const friday = '2026-05-01T10:00:00.000Z';
const now = Date.parse('2026-04-28T00:00:00.000Z');

const plain = (text: string | undefined) => text?.replaceAll('\u00a0', ' ');

test('a day has its weekday in brackets, or before it, and the year where it is another', () => {
  assert.equal(plain(dates.date('ko', friday, now)), '5월 1일(금)');
  assert.equal(plain(dates.date('en', friday, now)), 'Fri 1 May');
  const next = '2027-05-02T10:00:00.000Z';
  assert.equal(plain(dates.date('ko', next, now)), '2027년 5월 2일(일)');
  assert.equal(plain(dates.date('en', next, now)), 'Sun 2 May 2027');
  assert.equal(plain(dates.dateWithYear('ko', friday)), '2026년 5월 1일(금)');
  assert.equal(plain(dates.dateWithYear('en', friday)), 'Fri 1 May 2026');
});

test('the day and the year are the hall’s, and midnight is 00:00', () => {
  const newYear = '2026-12-31T15:00:00.000Z';
  assert.equal(plain(dates.dateWithYear('ko', newYear)), '2027년 1월 1일(금)');
  assert.equal(plain(dates.clockTime('ko', newYear)), '00:00 KST');
  assert.equal(plain(dates.clockTime('en', newYear)), '00:00 KST');
  assert.equal(dates.isOfAnotherYear(newYear, Date.parse('2026-12-31T15:00:01.000Z')), false);
  assert.equal(dates.isOfAnotherYear(newYear, Date.parse('2026-12-31T14:59:59.000Z')), true);
});

test('a time names its zone', () => {
  assert.equal(plain(dates.dateAndTime('ko', friday, now)), '5월 1일(금) 19:00 KST');
  assert.equal(plain(dates.dateAndTime('en', friday, now)), 'Fri 1 May, 19:00 KST');
});

test('beside it stands the reader’s own, where that is another', () => {
  assert.equal(plain(dates.timeElsewhere('en', friday, 'Europe/Berlin')), '12:00');
  assert.equal(plain(dates.timeElsewhere('en', friday, 'Pacific/Auckland')), '22:00');
  assert.equal(plain(dates.timeElsewhere('ko', friday, 'Asia/Tokyo')), undefined);
  const early = '2026-05-01T02:00:00.000Z';
  assert.equal(plain(dates.timeElsewhere('en', early, 'America/New_York')), 'Thu 30 Apr, 22:00');
  assert.equal(plain(dates.timeElsewhere('ko', early, 'America/New_York')), '4월 30일(목) 22:00');
});

test('no line ends within a day or a clock, only between them', () => {
  assert.deepEqual(dates.dateAndTime('ko', '2027-05-02T10:00:00.000Z', now).split(' '), [
    '2027년',
    '5월\u00a02일(일)',
    '19:00\u00a0KST',
  ]);
  assert.deepEqual(dates.dateAndTime('en', friday, now).split(' '), ['Fri\u00a01\u00a0May,', '19:00\u00a0KST']);
});
