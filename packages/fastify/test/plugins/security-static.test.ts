import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pages } from '@gatehouse/contract/paths'
import { readWebBuild } from '../../src/web/index.ts'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'
import { rawExchange } from '../support/raw-exchange.ts'

const script = "document.documentElement.dataset.theme = 'system'"
const html = `<!doctype html><title>Built</title><script>${script}</script>
<script type="module" src="/assets/app-abc123.js"></script>`
const files: Record<string, string> = {
  'dist/index.html': html,
  'dist/assets/app-abc123.js': 'export const built = 1',
  'dist/assets/app-abc123.js.br': 'compressed',
  'dist/robots.txt': 'User-agent: *',
  'dist/.well-known/microsoft-identity-association.json': '{"associatedApplications":[]}',
  'dist/images/flower: red.svg': '<svg/>',
  'dist/.vite/manifest.json': 'of the build tool',
  'dist/api/claims': 'no route',
  'secret.txt': 'beside the page',
}

let folder: string
let gatehouse: Gatehouse
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-web-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const built = readWebBuild(join(folder, 'dist'))
  if (!built) throw new Error('The page was not read')
  gatehouse = await startGatehouse({ built })
})
afterAll(async () => {
  await gatehouse.close()
  rmSync(folder, { recursive: true, force: true })
})

const asVisit = { accept: 'text/html,application/xhtml+xml', 'sec-fetch-mode': 'navigate' }

/** The directives of a content security policy by name. */
function policyOf(header: unknown): Map<string, string> {
  const directives = String(header).split(';')
  return new Map(
    directives.map((directive) => {
      const [name = '', ...values] = directive.trim().split(' ')
      return [name, values.join(' ')]
    }),
  )
}

describe('the page', () => {
  it.each(Object.values(pages))('at %s may load its own files and nothing else', async (path) => {
    const { status, headers, text } = await gatehouse.browser().get(path, asVisit)
    expect([status, text]).toEqual([200, html])
    const policy = policyOf(headers['content-security-policy'])
    const hash = createHash('sha256').update(script).digest('base64')
    expect(policy.get('script-src')).toBe(`'self' 'sha256-${hash}'`)
    for (const name of ['default-src', 'object-src', 'base-uri', 'frame-ancestors']) {
      expect(policy.get(name)).toBe("'none'")
    }
    expect(policy.get('connect-src')).toBe("'self'")
    expect(policy.get('form-action')).toBe("'self'")
    expect(String(headers['content-security-policy'])).not.toMatch(/unsafe|\*|https?:/)
  })

  it('is revalidated each time, and sets no cookie', async () => {
    const answer = await gatehouse.browser().get('/', asVisit)
    expect(answer.headers['cache-control']).toBe('no-cache')
    expect(answer.setCookies).toEqual([])
  })

  it('is 404 and not cached at an unknown address', async () => {
    const answer = await gatehouse.browser().get('/a/mistyped/address', asVisit)
    expect([answer.status, answer.text]).toEqual([404, html])
    expect(answer.headers['cache-control']).toBe('no-store')
  })
})

describe('the files of the page', () => {
  it('are cached as immutable if their name holds their hash', async () => {
    const answer = await gatehouse.browser().get('/assets/app-abc123.js')
    expect([answer.status, answer.text]).toEqual([200, files['dist/assets/app-abc123.js']])
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(answer.headers['content-type']).toMatch(/^(?:text|application)\/javascript/)
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.setCookies).toEqual([])
  })

  it('of an earlier build are 404, not the page, and not cached', async () => {
    for (const headers of [{}, asVisit]) {
      const answer = await gatehouse.browser().get('/assets/app-0ld000.js', headers)
      expect(answer.status).toBe(404)
      // A person gets the server's own short page, and a script the problem.
      expect(answer.text).not.toContain('<script')
      expect(answer.text.includes('<h1>Page not found</h1>')).toBe('accept' in headers)
      expect(answer.headers['cache-control']).toBe('no-store')
    }
  })

  it('that do not exist are no page, whoever asks', async () => {
    for (const path of ['/logo-of-last-year.png', '/users/photo.jpg']) {
      const answer = await gatehouse.browser().get(path, asVisit)
      expect([answer.status, answer.text === html]).toEqual([404, false])
    }
  })

  it('that a build has compressed have one address, without the ending', async () => {
    const accept = { 'accept-encoding': 'br, gzip' }
    const answer = await gatehouse.browser().get('/assets/app-abc123.js', accept)
    expect([answer.status, answer.headers['content-encoding']]).toEqual([200, 'br'])
    expect((await gatehouse.browser().get('/assets/app-abc123.js.br')).status).toBe(404)
  })

  it('without a hash are served under their name', async () => {
    const answer = await gatehouse.browser().get('/robots.txt')
    expect([answer.status, answer.text]).toEqual([200, 'User-agent: *'])
  })

  it('are served in folders as well, such as the proof that a domain is the publisher’s', async () => {
    const browser = gatehouse.browser()
    const association = await browser.get('/.well-known/microsoft-identity-association.json')
    expect([association.status, association.text]).toEqual([200, '{"associatedApplications":[]}'])
    expect(association.headers['content-type']).toContain('application/json')
    const image = await browser.get('/images/flower:%20red.svg')
    expect([image.status, image.text]).toEqual([200, '<svg/>'])
    expect((await browser.get('/images/flower-blue.svg')).status).toBe(404)
    expect((await browser.get('/.vite/manifest.json')).status).toBe(404)
    expect((await browser.get('/api/claims')).status).toBe(401)
  })
})

describe('a path that is no file of the page', () => {
  it.each([
    '/.env',
    '/.git/config',
    '/aad.config.json',
    '/package.json',
    '/sessions.sqlite',
    '/secret.txt',
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/..%252fsecret.txt',
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/assets/..%2findex.html',
    '/assets/app-abc123.js.map',
    '/assets/app-abc123.js%00',
    '/assets/app-abc123.js/',
    '/assets/',
    '/assets',
    '/index.html',
    '//secret.txt',
    '/@fs/etc/passwd',
    '/etc/passwd',
    '/file:///etc/passwd',
    '/__proto__',
  ])('is refused and reveals no file: %s', async (path) => {
    const bytes = `GET ${path} HTTP/1.1\r\nHost: localhost:5173\r\nConnection: close\r\n\r\n`
    const answer = await rawExchange(gatehouse.origin, bytes)
    expect(answer).toMatch(/^HTTP\/1\.1 (?:400|403|404) /)
    expect(answer).not.toMatch(/beside the page|export const|root:|Built/)
    expect(answer.toLowerCase()).toContain('cache-control: no-store')
  })
})
