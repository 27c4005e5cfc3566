/** The accounts themselves: the operator's, made at the start; names for the console; and sessions long ended. */
import { composed, oneLineIn } from '../contract.ts';
import type { Database, Tx } from '../platform/database.ts';
import { randomId } from '../platform/ids.ts';
import { hashPassword, verifyPassword } from './passwords.ts';

export interface UserName {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: 'fan' | 'operator';
  readonly createdAt: Date;
}

interface Operator {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  /** Nobody else is an operator from now on. */
  readonly alone: boolean;
}

interface Ensured {
  /** The operator, if the password is a new one: then no session made with another is left. */
  readonly signedOut: string | undefined;
  /** Addresses of those who were operators until now. */
  readonly ended: readonly string[];
}

const id_chars = 32;
const swept_max = 10_000;

/** See `Accounts.ensureOperator`. One server at a time: two that each name another would wait for each other's rows. */
export async function ensureOperator(database: Database, operator: Operator): Promise<Ensured> {
  const { name, alone } = operator;
  const email = composed(operator.email).toLowerCase();
  const hash = await hashFor(database, email, operator.password);
  return database.transaction(async (tx) => {
    await tx`insert into users (id, name, email, role) values (${randomId(id_chars)}, ${name}, ${email}, 'operator')
      on conflict (email) do nothing`;
    const [user] = await tx<{ id: string }[]>`
      update users set role = 'operator', updated_at = now() where email = ${email} returning id`;
    if (user === undefined) throw new Error('the operator was deleted while it was made');
    const isNew = await setPassword(tx, user.id, hash);
    const ended = alone
      ? await tx<{ email: string }[]>`
          update users set role = 'fan', updated_at = now() where role = 'operator' and id <> ${user.id} returning email`
      : [];
    return { signedOut: isNew ? user.id : undefined, ended: ended.map(({ email }) => email) };
  });
}

/** The hash that the account has if it is one of this password, else a new one. Takes as long as passwords do. */
async function hashFor({ sql }: Database, email: string, password: string): Promise<string> {
  const [kept] = await sql<{ password: string | null }[]>`
    select a.password from accounts a join users u on u.id = a.user_id
    where u.email = ${email} and a.provider_id = 'credential' and a.account_id = u.id`;
  const hash = kept?.password;
  return typeof hash === 'string' && (await verifyPassword(hash, password)) ? hash : hashPassword(password);
}

/** True if the account had another password, or none. Its row is locked before its sessions end: see account-lock.ts. */
async function setPassword(tx: Tx, userId: string, hash: string): Promise<boolean> {
  const changed = await tx`
    insert into accounts (id, account_id, provider_id, user_id, password)
    values (${randomId(id_chars)}, ${userId}, 'credential', ${userId}, ${hash})
    on conflict (provider_id, account_id) do update set password = excluded.password, updated_at = now()
      where accounts.password is distinct from excluded.password
    returning id`;
  if (changed.length === 0) return false;
  await tx`delete from sessions where user_id = ${userId}`;
  return true;
}

export async function usersOf({ sql }: Database, userIds: readonly string[]): Promise<ReadonlyMap<string, UserName>> {
  const users = await sql<
    UserName[]
  >`select id, email, name, role, created_at as "createdAt" from users where id = any(${userIds}::text[])`;
  return new Map(users.map((user) => [user.id, user]));
}

/** Reads the whole table at worst: for people at a console, not for crowds. Korean is the same however it is composed. */
export async function findUsers({ sql }: Database, text: string, limit: number): Promise<readonly UserName[]> {
  if (text.includes('\0')) return [];
  // Whoever looks for a name may have pasted what cannot be seen along with it.
  const name = oneLineIn(text);
  if (name === '') return [];
  const pattern = `%${name.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return sql<UserName[]>`
    select id, email, name, role, created_at as "createdAt" from users
    where id = ${text} or email ilike ${pattern} or normalize(name) ilike ${pattern}
    order by email limit ${limit}`;
}

/** Nobody can use them any more; this only keeps the tables small. */
export async function sweepSessions({ sql }: Database): Promise<void> {
  await sql`delete from sessions where id in (select id from sessions where expires_at < now() limit ${swept_max})`;
  await sql`delete from verifications where expires_at < now()`;
}
