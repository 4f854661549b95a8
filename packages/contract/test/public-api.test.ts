/** The package as an app sees it: every import is one that `exports` in package.json offers. */
import { createRequire } from 'node:module'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { CheckResult, Claims } from '@gatehouse/contract/claims'
import { Development } from '@gatehouse/contract/development'
import { Diagnosis, Finding } from '@gatehouse/contract/doctor'
import {
  api,
  auth,
  continueUrl,
  isPagePath,
  isThisMachine,
  ownSession,
  pages,
  signInProblemUrl,
  signInUrl,
} from '@gatehouse/contract/paths'
import { Problem, problemMediaType, problemStatus } from '@gatehouse/contract/problem'
import { Session, SignedIn, SignedOut } from '@gatehouse/contract/session'
import { OwnSessions } from '@gatehouse/contract/sessions'
import { SignInProblem } from '@gatehouse/contract/sign-in-problem'

const now = '2026-11-26T10:00:00.000Z'

const finding: Finding = {
  id: 'redirect-uri',
  status: 'pass',
  reason: 'The tenant accepts the redirect URI.',
  who: 'developer',
  next: 'Nothing to do.',
}

const signedIn: SignedIn = {
  signedIn: true,
  user: { name: 'Ada Lovelace', username: 'ada@app.example', objectId: 'o', roles: [] },
  tenantId: 't',
  localTenant: true,
  development: false,
  deviceBound: false,
  startedAt: now,
  idleSeconds: 3600,
  expiresAt: now,
  absoluteExpiresAt: now,
  now,
}

const registration: Development = {
  tenant: 't',
  clientId: 'c',
  redirectUri: 'http://localhost:5173/auth/redirect',
  registrationUrl: 'http://127.0.0.1:5175/_tenant',
  cookie: { name: 'session-5173', bytes: 180 },
}

const claims: Claims = {
  claims: { name: 'Ada Lovelace', roles: ['Directory.Reader'] },
  checks: {
    signature: 'passed',
    issuer: 'passed',
    audience: 'passed',
    nonce: 'passed',
    expiry: 'not_made',
  },
  receivedAt: now,
}

const problem: Problem = {
  type: 'about:blank#interaction_required',
  title: 'Unauthorized',
  status: 401,
  detail: 'Microsoft requires consent.',
  code: 'interaction_required',
  requestId: 'r-1',
  api: 'graph',
  reason: 'consent',
  signInUrl: '/auth/sign-in?challenge=c',
  scopes: ['Mail.Read'],
}

const own: OwnSessions['sessions'][number] = {
  id: 's',
  device: 'Firefox on Windows',
  startedAt: now,
  lastSeenAt: now,
  expiresAt: now,
  current: true,
  deviceBound: false,
}

const signInProblem: SignInProblem = {
  failure: { at: now, aadsts: 'AADSTS50105', who: 'administrator', fix: 'Assign the user.' },
  clientId: 'c',
  tenant: 't',
  permissions: ['User.Read'],
  adminConsentUrl: 'https://login.microsoftonline.com/t/v2.0/adminconsent',
}

/** Each schema, a value that it accepts, and one that differs in one member only. */
const schemas: [name: string, schema: TSchema, example: unknown, wrong: unknown][] = [
  ['CheckResult', CheckResult, 'passed', 'skipped'],
  ['Claims', Claims, claims, { ...claims, checks: { ...claims.checks, nonce: 'skipped' } }],
  ['Claims, its time', Claims, claims, { ...claims, receivedAt: 'yesterday' }],
  ['Finding', Finding, finding, { ...finding, status: 'skipped' }],
  [
    'Diagnosis',
    Diagnosis,
    { publicUrl: 'http://localhost:5173', findings: [finding] },
    { publicUrl: 'http://localhost:5173', findings: finding },
  ],
  [
    'Development',
    Development,
    { ...registration, scenarios: [{ id: 'graph-throttled', title: 'Graph throttles' }] },
    { ...registration, scenarios: ['graph-throttled'] },
  ],
  ['Problem', Problem, problem, { ...problem, status: '401' }],
  ['SignedOut', SignedOut, { signedIn: false, development: false, now }, { signedIn: false }],
  ['SignedIn', SignedIn, signedIn, { ...signedIn, user: { name: 'Ada Lovelace' } }],
  ['Session, signed in', Session, signedIn, { ...signedIn, expiresAt: 'soon' }],
  [
    'Session, signed out',
    Session,
    { signedIn: false, development: false, now },
    { signedIn: true, now },
  ],
  ['SignInProblem', SignInProblem, signInProblem, { ...signInProblem, failure: { at: 'soon' } }],
  ['OwnSessions', OwnSessions, { sessions: [own] }, { sessions: [{ ...own, current: 'yes' }] }],
]

describe('a schema', () => {
  it.each(schemas)('%s accepts its example and refuses a wrong one', (_name, schema, ...values) => {
    expect(values.map((value) => Value.Check(schema, value))).toEqual([true, false])
  })
})

describe('the paths', () => {
  it('are the endpoints and pages of the product', () => {
    expect({ api, auth, pages }).toEqual({
      api: {
        session: '/api/session',
        extendSession: '/api/session/extend',
        sessions: '/api/sessions',
        signInProblem: '/api/sign-in-problem',
        doctor: '/api/doctor',
        development: '/api/development',
        openApi: '/api/openapi.json',
        reference: '/api/reference',
      },
      auth: {
        signIn: '/auth/sign-in',
        redirect: '/auth/redirect',
        adminConsent: '/auth/admin-consent',
        signOut: '/auth/sign-out',
        frontChannelLogout: '/auth/front-channel-logout',
        device: '/auth/device',
        deviceRefresh: '/auth/device/refresh',
      },
      pages: {
        home: '/',
        signedOut: '/signed-out',
        signInProblem: '/sign-in-problem',
        doctor: '/doctor',
      },
    })
  })

  it('encode the id of a session', () => {
    expect(ownSession('a/b?c')).toBe('/api/sessions/a%2Fb%3Fc')
  })

  it('carry the sealed facts of a failed sign-in', () => {
    expect(signInProblemUrl(undefined)).toBe('/api/sign-in-problem')
    expect(signInProblemUrl('a&b')).toBe('/api/sign-in-problem?failure=a%26b')
  })

  it('of the API and of the sign-in flow are no pages, in any case of letters', () => {
    const paths = [
      '/api',
      '/api/me',
      '/auth/sign-in',
      '/API/me',
      '/apis',
      '/authors',
      '/',
      '/x/api',
    ]
    expect(paths.filter(isPagePath)).toEqual(['/apis', '/authors', '/', '/x/api'])
  })

  it('of the API and of the sign-in flow are no pages, however their letters are written', () => {
    const paths = [
      '/%61uth/sign-in',
      '/au%74h',
      '/%41PI/me',
      '/%61%70%69/me',
      '/%61pis',
      '/%2561uth/sign-in',
      '/auth%2fsign-in',
      '/%zz',
    ]
    expect(paths.filter(isPagePath)).toEqual(paths.slice(4))
  })

  it('of this machine have a name that leads to no other', () => {
    const local = ['localhost', 'a.localhost', 'localhost.', '127.0.0.1', '127.8.9.1', '[::1]']
    const others = [
      'localhost.evil.test',
      'xlocalhost',
      '127.0.0.1.evil.test',
      '128.0.0.1',
      '[::2]',
      '',
    ]
    expect([...local, ...others].filter(isThisMachine)).toEqual(local)
  })

  it('carry the page that a sign-in returns to', () => {
    const returnTo = '/users?q=ada&page=2#top'
    const query = (url: string) => Object.fromEntries(new URLSearchParams(url.split('?')[1]))
    expect(query(signInUrl(returnTo))).toEqual({ returnTo })
    expect(query(signInUrl('/', { prompt: 'select_account' }))).toEqual({
      returnTo: '/',
      prompt: 'select_account',
    })
    expect(continueUrl('/auth/sign-in?challenge=c&returnTo=%2F', '/users')).toBe(
      '/auth/sign-in?challenge=c&returnTo=%2Fusers',
    )
  })
})

describe('a problem', () => {
  it('has one HTTP status for each code', () => {
    expect(problemMediaType).toBe('application/problem+json')
    expect(problemStatus[problem.code]).toBe(problem.status)
    for (const status of Object.values(problemStatus)) {
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(600)
    }
  })
})

describe('the package', () => {
  const { resolve } = createRequire(import.meta.url)

  it.each([
    'claims',
    'display-name',
    'doctor',
    'paths',
    'problem',
    'session',
    'sessions',
    'sign-in-problem',
  ])('exports %s', (name) => {
    expect(resolve(`@gatehouse/contract/${name}`)).toContain(`/src/${name}.ts`)
  })

  it.each(['', '/src/paths.ts', '/src/problem.ts', '/package.json'])(
    'does not export "@gatehouse/contract%s"',
    (path) => {
      const importing = () => resolve(`@gatehouse/contract${path}`)
      expect(importing).toThrow(
        expect.objectContaining({ code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' }) as Error,
      )
    },
  )
})
