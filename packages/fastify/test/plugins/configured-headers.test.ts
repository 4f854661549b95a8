/** What `headers` of aad.config.json adds to the policies of a page, and what it may not add. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'
import { documentHeaders, withConfigured } from '../../src/web/document-headers.ts'
import { readWebBuild } from '../../src/web/index.ts'
import { load, ownTenant, refusalOf, refusedKeys } from '../support/config-folder.ts'

const hash = `'sha256-${'a'.repeat(43)}='`
const headers = {
  contentSecurityPolicy: {
    scripts: ['https://cdn.example.com/lib/', hash],
    connections: ['https://telemetry.example.com:8443', 'wss://live.example.com'],
    images: ['https://*.images.example.com', 'blob:'],
    frames: ['https://maps.example.com'],
    frameAncestors: ["'self'", 'https://portal.example.com'],
  },
  permissionsPolicy: { geolocation: ['self', 'https://maps.example.com'], 'idle-detection': [] },
}

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-headers-'))
let gatehouse: Gatehouse
beforeAll(async () => {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><script>1</script>')
  const built = readWebBuild(folder)
  if (!built) throw new Error('The page was not read')
  gatehouse = await startGatehouse({ built, config: { headers } })
})
afterAll(async () => {
  await gatehouse.close()
  rmSync(folder, { recursive: true, force: true })
})

const asVisit = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }

function policyOf(header: unknown): Record<string, string> {
  const directives = String(header).split('; ')
  return Object.fromEntries(
    directives.map((directive) => [directive.split(' ', 1)[0], directive.replace(/^\S+ /, '')]),
  ) as Record<string, string>
}

describe('a page with configured policies', () => {
  it.each(['/', '/signed-out', '/an-address-that-is-not-there'])(
    'may load what is named as well, and nothing else: %s',
    async (path) => {
      const answer = await gatehouse.browser().get(path, asVisit)
      const policy = policyOf(answer.headers['content-security-policy'])
      expect(policy['script-src']).toMatch(
        /^'self' 'sha256-[^']{44}' https:\/\/cdn\.example\.com\/lib\/ 'sha256-a{43}='$/,
      )
      expect(policy).toMatchObject({
        'default-src': "'none'",
        'connect-src': "'self' https://telemetry.example.com:8443 wss://live.example.com",
        'img-src': "'self' data: https://*.images.example.com blob:",
        'frame-src': 'https://maps.example.com',
        'frame-ancestors': "'self' https://portal.example.com",
        'style-src': "'self'",
        'base-uri': "'none'",
        'require-trusted-types-for': "'script'",
      })
    },
  )

  it('may use the features that are named, beside those that are denied', async () => {
    const answer = await gatehouse.browser().get('/', asVisit)
    expect(answer.headers['permissions-policy']).toBe(
      'camera=(), geolocation=(self "https://maps.example.com"), microphone=(), payment=(), usb=(), idle-detection=()',
    )
  })

  it('leaves the policies of the API as they are', async () => {
    const answer = await gatehouse.browser().get('/api/session')
    expect(answer.headers['content-security-policy']).toBe(
      "default-src 'none'; frame-ancestors 'none'",
    )
    expect(answer.headers['permissions-policy']).toBe('camera=()')
  })

  it('has the policies of the build if nothing is configured', () => {
    const built = documentHeaders([])
    expect(withConfigured(built, load(ownTenant).headers)).toEqual(built)
  })
})

describe('a source that is refused at the start', () => {
  const refused: Record<string, string[]> = {
    scripts: [
      '*',
      'https:',
      'https://*',
      'https://*.example.com',
      'http://cdn.example.com',
      'wss://cdn.example.com',
      'WSS://cdn.example.com',
      'cdn.example.com',
      "'unsafe-inline'",
      "'unsafe-eval'",
      "'unsafe-hashes'",
      "'strict-dynamic'",
      "'nonce-abc'",
      'data:',
      'blob:',
      "https://cdn.example.com; script-src 'unsafe-inline'",
      "https://cdn.example.com 'unsafe-inline'",
      'https://cdn.example.com,x',
      'https://cdn.example.com/\n',
    ],
    connections: ['*', 'https:', 'wss:', 'http://a.example.com', 'https://*.com', 'data:'],
    images: ['*', 'https:', 'data:text', 'http://a.example.com', 'wss://a.example.com'],
    frames: ['*', 'https:', 'blob:', 'data:', "'self' *"],
    frameAncestors: ['*', 'https:', 'https://*.example.com', 'http://portal.example.com'],
  }

  it.each(Object.entries(refused).flatMap(([list, all]) => all.map((source) => [list, source])))(
    'of %s: %j',
    (list = '', source = '') => {
      const contentSecurityPolicy = { [list]: ['https://good.example.com', source] }
      const file = { ...ownTenant, headers: { contentSecurityPolicy } }
      expect(refusedKeys(file)).toEqual([`headers.contentSecurityPolicy.${list}.1`])
    },
  )

  it('is named with what to write instead', () => {
    const contentSecurityPolicy = { scripts: ["'unsafe-inline'"] }
    const { message } = refusalOf({ ...ownTenant, headers: { contentSecurityPolicy } })
    expect(message).toContain(
      'headers.contentSecurityPolicy.scripts.0: must be an address with https and a host, such as https://cdn.example.com',
    )
  })
})

it.each([
  [{ geolocation: ['*'] }, 'takes "self" and origins'],
  [{ geolocation: ['http://maps.example.com'] }, 'takes "self" and origins'],
  [{ geolocation: ['https://maps.example.com/path'] }, 'takes "self" and origins'],
  [{ geolocation: ['https://a.example.com" *'] }, 'takes "self" and origins'],
  [{ Geolocation: [] }, 'has a feature that is not written in small letters'],
  [{ 'camera=*, usb': [] }, 'has a feature that is not written in small letters'],
  [{ geolocation: 'self' }, 'takes an object with features'],
  [{ geolocation: ['https://a"b.example'] }, 'takes "self" and origins'],
  [{ geolocation: ['https://x"),camera=*,a=("y'] }, 'takes "self" and origins'],
])('the permissions policy %j is refused', (permissionsPolicy, sentence) => {
  const { message } = refusalOf({ ...ownTenant, headers: { permissionsPolicy } })
  expect(message).toMatch(/^ {2}headers\.permissionsPolicy/m)
  expect(message).toContain(sentence)
})

it.each([
  [{ preload: true }, ['headers.hsts.preload']],
  [{ preload: true, includeSubDomains: true, maxAge: 300 }, ['headers.hsts.preload']],
  [{ enabled: false, includeSubDomains: true }, ['headers.hsts.includeSubDomains']],
  [
    { enabled: false, includeSubDomains: true, preload: true },
    ['headers.hsts.includeSubDomains', 'headers.hsts.preload'],
  ],
  [{ maxAge: -1 }, ['headers.hsts.maxAge']],
  [{ maxage: 300 }, ['headers.hsts.maxage']],
])('the settings %j of HSTS contradict each other, and are refused', (hsts, keys) => {
  expect(refusedKeys({ ...ownTenant, headers: { hsts } })).toEqual(keys)
})
