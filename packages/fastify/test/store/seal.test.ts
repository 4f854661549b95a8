import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createIndexEntries } from '../../src/session/lookup-keys.ts'
import { deriveSecrets, seal, unseal } from '../../src/store/seal.ts'

const secrets = deriveSecrets(randomBytes(32))
const plain = Buffer.from(JSON.stringify({ name: 'Zoë', long: 'x'.repeat(100) }))

describe('a sealed record', () => {
  it('opens with the secrets it was sealed with', () => {
    expect(unseal(seal(plain, secrets), secrets)).toEqual(plain)
    expect(unseal(seal(Buffer.alloc(0), secrets), secrets)).toEqual(Buffer.alloc(0))
  })

  it('does not open if one bit was flipped', () => {
    const sealed = seal(plain, secrets)
    for (let at = 0; at < sealed.length; at += 1) {
      for (const bit of [1, 128]) {
        const changed = Buffer.from(sealed)
        changed[at] = (changed[at] ?? 0) ^ bit
        expect(unseal(changed, secrets)).toBeUndefined()
      }
    }
  })

  it('does not open if it is cut, longer or empty', () => {
    const sealed = seal(plain, secrets)
    for (let length = 0; length < sealed.length; length += 1) {
      expect(unseal(sealed.subarray(0, length), secrets)).toBeUndefined()
    }
    expect(unseal(Buffer.concat([sealed, Buffer.of(0)]), secrets)).toBeUndefined()
    expect(unseal(randomBytes(200), secrets)).toBeUndefined()
  })

  it('does not open under another id, with another key, or as another format', () => {
    const sealed = seal(plain, secrets)
    const other = deriveSecrets(randomBytes(32))
    expect(unseal(sealed, { ...secrets, id: other.id })).toBeUndefined()
    expect(unseal(sealed, { ...secrets, sealKey: other.sealKey })).toBeUndefined()
    expect(unseal(Buffer.concat([Buffer.of(2), sealed.subarray(1)]), secrets)).toBeUndefined()
  })

  it('is different every time', () => {
    const seen = new Set<string>()
    for (let count = 0; count < 10_000; count += 1) {
      seen.add(seal(Buffer.from('same'), secrets).subarray(1, 13).toString('hex'))
    }
    expect(seen.size).toBe(10_000)
  })
})

describe('the secrets of a session', () => {
  it('are the same for the same cookie key, and do not reveal each other', () => {
    const key = randomBytes(32)
    const [one, two] = [deriveSecrets(key), deriveSecrets(key)]
    const sealKey = one.sealKey.export()
    expect([one.id, sealKey]).toEqual([two.id, two.sealKey.export()])
    expect(one.id).toMatch(/^[\w-]{43}$/)
    expect(sealKey).toHaveLength(32)
    expect(Buffer.from(one.id, 'base64url').equals(sealKey)).toBe(false)
    expect(sealKey.equals(key)).toBe(false)
  })

  it('have index entries that only the server’s key makes, one per kind and value', () => {
    const [key, other] = [randomBytes(32), randomBytes(32)]
    const [mine, foreign] = [createIndexEntries([key]), createIndexEntries([other])]
    const entries = [
      ...mine.ofUser('ab', 'c'),
      ...mine.ofUser('a', 'bc'),
      ...mine.ofEntraSession('ab'),
      ...foreign.ofUser('ab', 'c'),
      ...mine.handlesOf('ab'),
    ]
    expect(new Set(entries).size).toBe(5)
    expect(mine.ofUser('ab', 'c')).toEqual([entries[0]])
  })

  it('have an entry under every key of the list, the first one’s first', () => {
    const [older, newer] = [randomBytes(32), randomBytes(32)]
    const [both, old] = [createIndexEntries([newer, older]), createIndexEntries([older])]
    expect(both.ofUser('a', 'b')).toHaveLength(2)
    expect(both.ofUser('a', 'b')[1]).toBe(old.ofUser('a', 'b')[0])
    expect(both.ofEntraSession('s')[1]).toBe(old.ofEntraSession('s')[0])
  })
})
