/** Who is there: those heard of lately, until they leave or fall silent. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createCompany } from './company.ts';

function clockOf(t: TestContext): (ms: number) => void {
  const { now } = performance;
  let at = 0;
  performance.now = () => at;
  t.after(() => {
    performance.now = now;
  });
  return (ms) => {
    at += ms;
  };
}

test('nobody is there until somebody was heard, and for a while after they were heard last', (t) => {
  const pass = clockOf(t);
  const company = createCompany();
  assert.equal(company.isThere(), false);
  company.hear('one');
  pass(4_900);
  assert.equal(company.isThere(), true, 'longer than one that was stopped takes to know that it was');
  pass(200);
  assert.equal(company.isThere(), false);
  company.assume();
  assert.equal(company.isThere(), true);
});

test('on duty is who said so lately, and neither who has left nor who only told something', (t) => {
  const pass = clockOf(t);
  const company = createCompany();
  for (const server of ['one', 'two', 'three']) company.onDuty(server);
  company.hear('four');
  company.left('one');
  assert.deepEqual([...company.dutiful()], ['two', 'three']);
  pass(1_400);
  company.onDuty('two');
  pass(200);
  company.hear('three');
  assert.deepEqual([...company.dutiful()], ['two'], 'soon enough for others to do it within 2 s');
});

test('who falls silent is missed once; who said that it leaves is not', (t) => {
  const pass = clockOf(t);
  const company = createCompany();
  for (const server of ['one', 'two', 'three']) company.hear(server);
  company.left('one');
  pass(2_900);
  company.hear('two');
  assert.equal(company.forgetSilent(), false);
  pass(200);
  assert.equal(company.forgetSilent(), true, 'the third');
  assert.equal(company.forgetSilent(), false);
  company.left('two');
  assert.equal(company.isThere(), false, 'the last one has left');
});
