import { describe, expect, it } from 'vitest'
import { readBearerChallenge, parseChallenges } from '../../src/downstream/www-authenticate.ts'

/** The challenges as plain objects. */
function read(header: string | string[] | undefined) {
  return parseChallenges(header).map(({ scheme, parameters }) => [
    scheme,
    Object.fromEntries(parameters),
  ])
}

describe('a WWW-Authenticate header', () => {
  it.each<[string, string | string[] | undefined, unknown]>([
    ['that is not there', undefined, []],
    ['that is empty', '', []],
    ['of commas alone', ' , ,\t,', []],
    ['with a scheme alone', 'Negotiate', [['negotiate', {}]]],
    ['with a token', 'Bearer realm=x', [['bearer', { realm: 'x' }]]],
    ['with a quoted string', 'Bearer realm="a, b=c"', [['bearer', { realm: 'a, b=c' }]]],
    ['with an empty one', 'Bearer realm=""', [['bearer', { realm: '' }]]],
    ['with escapes', String.raw`Bearer a="\"x\\\y\""`, [['bearer', { a: String.raw`"x\y"` }]]],
    [
      'with an escaped quote at the end',
      String.raw`A a="\"", B`,
      [
        ['a', { a: '"' }],
        ['b', {}],
      ],
    ],
    ['in other cases', 'BEARER Realm=X, ERROR="E"', [['bearer', { realm: 'X', error: 'E' }]]],
    ['with space around =', 'Bearer a \t=  "1" \t,b= 2', [['bearer', { a: '1', b: '2' }]]],
    ['with token68', 'Negotiate oYG2+/a-._~==', [['negotiate', {}]]],
    [
      'with token68 and more',
      'NTLM TlR=, Bearer a=1',
      [
        ['ntlm', {}],
        ['bearer', { a: '1' }],
      ],
    ],
    [
      'with several challenges',
      'Basic realm="a", Bearer realm="b", error=c, Digest q=1',
      [
        ['basic', { realm: 'a' }],
        ['bearer', { realm: 'b', error: 'c' }],
        ['digest', { q: '1' }],
      ],
    ],
    [
      'in several fields',
      ['Negotiate', 'Bearer a=1, b=2', 'Basic realm="x"'],
      [
        ['negotiate', {}],
        ['bearer', { a: '1', b: '2' }],
        ['basic', { realm: 'x' }],
      ],
    ],
    ['with empty elements', ', Bearer ,, a=1,,b=2 , ,', [['bearer', { a: '1', b: '2' }]]],
    [
      'with the name __proto__',
      'Bearer __proto__=1, constructor=2',
      [
        [
          'bearer',
          Object.fromEntries([
            ['__proto__', '1'],
            ['constructor', '2'],
          ]),
        ],
      ],
    ],
  ])('%s is read', (_what, header, challenges) => {
    expect(read(header)).toEqual(challenges)
  })

  it.each<[string, string | string[], unknown]>([
    ['a parameter twice', 'Bearer a=1, a=2, Basic b=1', [['basic', { b: '1' }]]],
    ['a parameter twice, in two cases', 'Bearer a=1, A=1', []],
    ['no comma between parameters', 'Basic a=1, Bearer b=1 c=2', [['basic', { a: '1' }]]],
    [
      'a quoted string that never ends',
      'Basic a=1, Bearer b="x',
      [
        ['basic', { a: '1' }],
        ['bearer', {}],
      ],
    ],
    ['an escape at the very end', 'Bearer b="x\\', [['bearer', {}]]],
    ['no name', 'Bearer ="x"', [['bearer', {}]]],
    ['no scheme', '"Bearer" a=1', []],
    ['another kind of quotes', 'Bearer a=‘x’', [['bearer', {}]]],
    [
      'a text',
      'Please sign in: https://evil.test',
      [
        ['please', {}],
        ['sign', {}],
      ],
    ],
    ['too much', `Bearer a="${'x'.repeat(8 * 1024)}"`, []],
    ['too much in many fields', Array<string>(3000).fill('A'), []],
  ])('with %s is read up to there, and nothing is guessed', (_what, header, challenges) => {
    expect(read(header)).toEqual(challenges)
  })
})

const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"},"x":{"value":"ÿ>~?"}}}'
const insufficient = 'Bearer error="insufficient_claims", claims='

describe('the challenge that an API sends', () => {
  const standard = Buffer.from(claims).toString('base64')
  it.each([
    ['the standard alphabet', standard],
    ['the standard alphabet, without padding', standard.replace(/=+$/, '')],
    ['the URL alphabet', Buffer.from(claims).toString('base64url')],
    ['the URL alphabet, with padding', standard.replaceAll('+', '-').replaceAll('/', '_')],
  ])('holds a claims request in %s', (_what, encoded) => {
    expect(standard).toMatch(/[+/].*=$/)
    expect(readBearerChallenge(`${insufficient}"${encoded}"`)).toEqual({ claims })
  })

  it('is found among challenges of other schemes, and after one without a reason', () => {
    const useful = `${insufficient}"${Buffer.from(claims).toString('base64')}"`
    const microsofts = `Bearer realm="", authorization_uri="https://login.test/authorize", client_id="x"`
    expect(readBearerChallenge(`Negotiate, ${useful}`)).toEqual({ claims })
    expect(readBearerChallenge(['Basic realm="x"', microsofts, useful])).toEqual({ claims })
    expect(readBearerChallenge(`PoP a=1, ${useful}, NTLM`)).toEqual({ claims })
  })

  it('names the permissions that are missing', () => {
    expect(
      readBearerChallenge('Bearer error="insufficient_scope", scope="A.Read  B.Write"'),
    ).toEqual({
      scopes: ['A.Read', 'B.Write'],
    })
  })

  it.each([
    ['nothing', undefined],
    ['another scheme', insufficient.replace('Bearer', 'PoP') + '"e30="'],
    ['another error', 'Bearer error="invalid_token", claims="e30="'],
    ['no error', 'Bearer claims="e30="'],
    ['claims that are empty', `${insufficient}""`],
    ['claims that are no base64', `${insufficient}"{}"`],
    ['claims with a space', `${insufficient}"e30= e30="`],
    ['claims longer than any', `${insufficient}"${'A'.repeat(4097)}"`],
    ['claims twice', `${insufficient}"e30=", claims="e30="`],
    ['claims in two challenges', 'Bearer error="insufficient_claims", Bearer claims="e30="'],
    ['no permission', 'Bearer error="insufficient_scope", scope="  "'],
    ['permissions without the error', 'Bearer scope="A"'],
  ])('is ignored with %s', (_what, header) => {
    expect(readBearerChallenge(header)).toEqual({})
  })
})
