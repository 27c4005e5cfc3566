/**
 * /api/auth/*: the doors to better-auth. Only the paths named here exist, and what they take is checked before it
 * sees anything.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { route, type App } from '../contract.ts';
import type { Accounts } from './accounts.ts';
import type { Answer } from './counter.ts';

const body_bytes_max = 8 * 1024;
const password = Type.String({ minLength: 8, maxLength: 128 });
const PasswordChange = Type.Object(
  { currentPassword: password, newPassword: password, revokeOtherSessions: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
);

export function accountsRoutes(app: App, { counter }: Pick<Accounts, 'counter'>): void {
  const bodyLimit = body_bytes_max;
  app.route({
    ...route('signUp'),
    bodyLimit,
    handler: async (request, reply) => passOn(await counter.enter('/sign-up/email', request), reply) as never,
  });
  app.route({
    ...route('signIn'),
    bodyLimit,
    handler: async (request, reply) => passOn(await counter.enter('/sign-in/email', request), reply) as never,
  });
  app.get('/api/auth/get-session', async (request, reply) => {
    const body = passOn(await counter.ask('/get-session', request), reply);
    // As text: without a session the answer is `null`, which Fastify takes for "nothing".
    return reply.type('application/json').send(JSON.stringify(body));
  });
  app.post('/api/auth/sign-out', { bodyLimit }, async (request, reply) =>
    passOn(await counter.end('/sign-out', withoutBody(request)), reply),
  );
  app.post('/api/auth/revoke-other-sessions', { bodyLimit }, async (request, reply) =>
    passOn(await counter.end('/revoke-other-sessions', withoutBody(request)), reply),
  );
  app.post('/api/auth/change-password', { bodyLimit, schema: { body: PasswordChange } }, async (request, reply) =>
    passOn(await counter.end('/change-password', request), reply),
  );
}

function passOn({ body, headers }: Answer, reply: FastifyReply): unknown {
  for (const [name, value] of headers) reply.header(name, value);
  reply.header('cache-control', 'no-store');
  return body;
}

function withoutBody({ method, clientAddress, headers }: FastifyRequest) {
  return { method, clientAddress, headers, body: {} };
}
