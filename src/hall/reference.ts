/** /docs: the reference as a page. The library brings its script along; nothing is fetched from another host. */
import { createHash } from 'node:crypto';
import reference from '@scalar/fastify-api-reference';
import type { App } from '../contract.ts';
import { refuse } from '../refusals.ts';

const script_age_seconds = 3_600;
const inline_script = /<script(?:\s[^>]*)?>([\s\S]*?)<\/script>/g;

/** Mounts the page at `/docs`, reading the document from `documentUrl`. */
export async function mountReference(app: App, documentUrl: string): Promise<void> {
  await app.register(async (scope) => {
    // The library makes an address of the Host header; one that is none would be its error.
    scope.addHook('onRequest', (request, _reply, done) => {
      done(URL.canParse(`http://${request.host}`) ? undefined : refuse('NOT_FOUND'));
    });
    scope.addHook('onSend', (_request, reply, payload, done) => {
      const type = String(reply.getHeader('content-type'));
      const page = type.startsWith('text/html') && typeof payload === 'string' ? payload : '';
      const isScript = type.startsWith('application/javascript');
      if (page !== '') reply.header('content-security-policy', policyOf(page));
      reply.header('cache-control', isScript ? `public, max-age=${script_age_seconds}` : 'no-cache');
      done(null, payload);
    });
    await scope.register(reference, {
      routePrefix: '/docs',
      configuration: {
        url: documentUrl,
        pageTitle: 'Maejin · API',
        withDefaultFonts: false,
        telemetry: false,
        hideClientButton: true,
        showDeveloperTools: 'never',
        agent: { disabled: true },
        mcp: { disabled: true },
        persistAuth: false,
      },
    });
  });
}

/** Only this host, and of inline scripts only those on the page itself. Its components style themselves inline. */
function policyOf(page: string): string {
  const scripts = [...page.matchAll(inline_script)].map(([, text]) => text ?? '').filter((text) => text !== '');
  const hashes = scripts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  return [
    "default-src 'none'",
    ["script-src 'self'", ...hashes].join(' '),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
