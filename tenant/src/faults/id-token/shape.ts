/** Values that are hardly a token at all. */

import { claims, good, payload, type Claims, type Spoil } from './spoil.ts'

export const shapeVariants = {
  absent: () => undefined,
  null: () => null,
  empty: () => '',
  'not-a-token': () => 'not.a.token',
  'two-parts': (token) => (good(token) ?? '').split('.').slice(0, 2).join('.'),
  /** The form of an encrypted token. */
  'five-parts': (token) => `${good(token) ?? ''}.AAAA.AAAA`,
  'payload-array': payload(() => '[]'),
  'payload-null': payload(() => 'null'),
  'payload-string': payload(() => '"x"'),
  'payload-not-json': payload(() => '{"iss":'),
  'payload-invalid-utf8': payload((claimSet) => withInvalidUtf8(JSON.stringify(claimSet))),
  /** Most parsers let the last one win: only one that refuses doubled members sees the first of these. */
  'payload-duplicate-aud': payload(doubleAudience('first')),
  'payload-duplicate-aud-wrong-last': payload(doubleAudience('last')),
  '2mb': claims(() => ({ padding: 'x'.repeat(2 * 1024 * 1024) })),
} satisfies Record<string, Spoil>

function withInvalidUtf8(json: string): Buffer {
  const bytes = Buffer.from(json.replace('{', '{"note":"?",'))
  bytes[bytes.indexOf('?')] = 0xff
  return bytes
}

function doubleAudience(wrong: 'first' | 'last'): (good: Claims) => string {
  return (claimSet) => {
    const pair = ['another-application', claimSet.aud]
    const [first, last] = wrong === 'first' ? pair : pair.toReversed()
    const rest = JSON.stringify({ ...claimSet, aud: undefined }).slice(1)
    return `{"aud":${JSON.stringify(first)},"aud":${JSON.stringify(last)},${rest}`
  }
}
