/** An operator who calls dates off and moves them. */
import { randomUUID } from 'node:crypto';
import type { BodyOf, ReplyOf } from '../../src/contract.ts';
import type { BoxOffice } from './box-office.ts';

const reason = { ko: '출연자의 건강 문제로 취소되었습니다.', en: 'The artist is ill.' };

/** What calls a date off unless a test says otherwise. */
export const called: BodyOf<'callOffPerformance'> = { reason };

export async function callOff(
  { call, asOperator }: BoxOffice,
  performanceId: string,
  { body = called, key = randomUUID() }: { body?: object; key?: string } = {},
) {
  const url = `/api/v1/admin/performances/${performanceId}/cancellation`;
  return call<ReplyOf<'callOffPerformance', 202>>('POST', url, { ...(await asOperator()), key, body });
}

export async function callingOff({ call, asOperator }: BoxOffice, performanceId: string) {
  const url = `/api/v1/admin/performances/${performanceId}/cancellation`;
  return call<ReplyOf<'getCallingOff', 200>>('GET', url, await asOperator());
}

export async function move({ call, asOperator }: BoxOffice, performanceId: string, startsAt: string) {
  const url = `/api/v1/admin/performances/${performanceId}`;
  return call<ReplyOf<'movePerformance', 200>>('PATCH', url, { ...(await asOperator()), body: { startsAt } });
}
