import { describe, expect, it } from 'vitest'
import { secretIn, withoutSecret, withSecret } from '../src/files/env-file.ts'

const keyId = '0f8fad5b-d9cb-469f-a165-70867728950e'
const ends = '2027-05-23'

describe('.env', () => {
  it('adds a secret to the existing lines', () => {
    const text = withSecret('# mine\nPORT=6000\n', 'abc~Q.1-2_3', keyId, ends)
    expect(text).toBe(
      `# mine\nPORT=6000\n# Made by npm run register: key ${keyId}, ends ${ends}\nAAD_CLIENT_SECRET=abc~Q.1-2_3\n`,
    )
    expect(secretIn(text)).toEqual({ value: 'abc~Q.1-2_3', keyId })
  })

  it('replaces a secret in its place, together with its comment', () => {
    const before = withSecret('', 'old', keyId, '2026-01-01') + 'PORT=6000\n'
    const text = withSecret(before, 'new', keyId, ends)
    expect(text.split('\n')).toEqual([
      `# Made by npm run register: key ${keyId}, ends ${ends}`,
      'AAD_CLIENT_SECRET=new',
      'PORT=6000',
      '',
    ])
  })

  it('keeps line ends, exports and values of others', () => {
    const text = withSecret(
      'A=1\r\nexport AAD_CLIENT_SECRET="x"\r\nB="two words"',
      'new',
      keyId,
      ends,
    )
    expect(text).toMatch(/^A=1\n# Made.*\nAAD_CLIENT_SECRET=new\nB="two words"\n$/)
  })

  it('quotes a secret that a shell would read differently', () => {
    const text = withSecret('', 'a b#c', keyId, ends)
    expect(secretIn(text)?.value).toBe('a b#c')
  })

  it('recognises a secret that register did not write', () => {
    expect(secretIn('AAD_CLIENT_SECRET=theirs\n')).toEqual({ value: 'theirs', keyId: undefined })
    expect(secretIn('PORT=1\n')).toBeUndefined()
  })

  it('removes the secret and nothing else', () => {
    expect(withoutSecret(withSecret('A=1\n', 'x', keyId, ends))).toBe('A=1\n')
    expect(withoutSecret(withSecret('', 'x', keyId, ends))).toBe('')
  })
})
