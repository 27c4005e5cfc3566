/** People with accounts, as tests need them: signing up, in and out of one server. */
import assert from 'node:assert/strict';
import { type Answer, caller } from './http.ts';

export interface Account {
  readonly token: string;
  readonly user: { readonly id: string; readonly email: string; readonly name: string };
}

export const password = 'correct horse battery';
let made = 0;

/** An address that no test has used before. */
export const newEmail = (): string => `fan-${process.pid}-${(made += 1)}@maejin.example`;

/** Speaks to the accounts of one server. */
export function accountsAt({ origin }: { readonly origin: string }) {
  const call = caller(origin);
  return {
    call,
    signUp: (email = newEmail()) =>
      call<Account>('POST', '/api/auth/sign-up/email', { body: { email, password, name: '김매진' } }),
    signIn: (email: string, secret = password, headers: Record<string, string> = {}) =>
      call<Account>('POST', '/api/auth/sign-in/email', { body: { email, password: secret }, headers }),
    signOut: (bearer: string) => call('POST', '/api/auth/sign-out', { bearer }),
    changePassword: (bearer: string, currentPassword: string, newPassword: string) =>
      call('POST', '/api/auth/change-password', {
        bearer,
        body: { currentPassword, newPassword, revokeOtherSessions: true },
      }),
    /** Something that only a user may ask. */
    wallet: (bearer: string) => call('GET', '/api/v1/wallet', { bearer }),
    /** Something that only an operator may ask. */
    audit: (bearer: string) => call('GET', '/api/v1/admin/audit', { bearer }),
  };
}

export type AccountsClient = ReturnType<typeof accountsAt>;

/** The cookies that an answer sets, as a browser sends them back. */
export function cookieOf({ headers }: Answer<unknown>): string {
  return headers
    .getSetCookie()
    .map((set) => set.split(';')[0])
    .join('; ');
}

/** A problem as the contract describes it. */
export function assertProblem(answer: Answer<unknown>, status: number, code: string): void {
  assert.equal(answer.status, status, JSON.stringify(answer.fields));
  assert.equal(answer.code, code);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.equal(answer.fields['status'], status);
}
