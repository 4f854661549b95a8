/** The faults that the control page offers by name. */

import type { Fault } from '../faults/fault.ts'

const secondFactor = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'

export const presets: Readonly<Record<string, Fault>> = {
  'Sign-in: the user declines consent (65004)': { at: 'authorize', kind: 'aadsts', code: 65004 },
  'Sign-in: an administrator has to consent (90094)': {
    at: 'authorize',
    kind: 'aadsts',
    code: 90094,
  },
  'Sign-in: conditional access blocks (53003)': { at: 'authorize', kind: 'aadsts', code: 53003 },
  'Sign-in: Entra is briefly unavailable (90033)': { at: 'authorize', kind: 'aadsts', code: 90033 },
  'Tokens: a second factor is required (50076)': {
    at: 'token',
    kind: 'aadsts',
    code: 50076,
    claims: secondFactor,
  },
  'Tokens: the grant was revoked (50173)': { at: 'token', kind: 'aadsts', code: 50173 },
  'Tokens: the refresh token has expired (700082)': { at: 'token', kind: 'aadsts', code: 700082 },
  'Tokens: the client secret has expired (7000222)': { at: 'token', kind: 'aadsts', code: 7000222 },
  'Tokens: an HTML page with status 502': {
    at: 'token',
    kind: 'respond',
    status: 502,
    body: '<h1>Bad gateway</h1>',
  },
  'Tokens: no answer at all': { at: 'token', kind: 'hang' },
  'Tokens: the clock is an hour ahead': { at: 'token', kind: 'skew', ms: 3_600_000 },
  'ID token: bad signature': { at: 'token', kind: 'idToken', variant: 'bad-signature' },
  'ID token: algorithm none': { at: 'token', kind: 'idToken', variant: 'alg-none' },
  'ID token: another issuer': { at: 'token', kind: 'idToken', variant: 'iss-wrong' },
  'ID token: another audience': { at: 'token', kind: 'idToken', variant: 'aud-wrong' },
  'ID token: another nonce': { at: 'token', kind: 'idToken', variant: 'nonce-wrong' },
  'ID token: expired': { at: 'token', kind: 'idToken', variant: 'exp-past' },
  'Graph users: throttled, Retry-After 10 (429)': {
    at: 'users',
    kind: 'graphError',
    status: 429,
    code: 'TooManyRequests',
    retryAfter: '10',
  },
  'Graph users: unavailable (503)': {
    at: 'users',
    kind: 'graphError',
    status: 503,
    code: 'ServiceNotAvailable',
  },
  'Graph users: not permitted (403)': {
    at: 'users',
    kind: 'graphError',
    status: 403,
    code: 'Authorization_RequestDenied',
  },
  'Graph users: claims challenge (401)': {
    at: 'users',
    kind: 'graphError',
    status: 401,
    code: 'InvalidAuthenticationToken',
    claims: secondFactor,
  },
  'Graph users: five seconds late': { at: 'users', kind: 'delay', ms: 5_000 },
  'Graph users: connection reset': { at: 'users', kind: 'reset' },
  'Graph users: one byte a second': {
    at: 'users',
    kind: 'drip',
    bytes: 1,
    everyMs: 1_000,
    total: 600,
  },
  'Graph users: a body of 100 MB': { at: 'users', kind: 'huge', bytes: 100_000_000 },
  'Graph users: the next page is elsewhere': {
    at: 'users',
    kind: 'graphResponse',
    patch: { '@odata.nextLink': 'https://graph.evil.example/v1.0/users?$skiptoken=x' },
  },
  'Discovery: unavailable (503)': { at: 'discovery', kind: 'respond', status: 503 },
  'Signing keys: unavailable (503)': { at: 'keys', kind: 'respond', status: 503 },
}
