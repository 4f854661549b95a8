import { randomBytes } from 'node:crypto'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { createSealedCookies } from '../../src/session/cookie.ts'

const [key, newer] = [randomBytes(32), randomBytes(32)]

function sealedWith(...keys: Buffer[]) {
  return createSealedCookies(Fastify(), keys, 3600)
}

describe('a sealed cookie value', () => {
  it('opens for the purpose it was sealed for, and for no other', async () => {
    const cookies = await sealedWith(key)
    const value = cookies.seal('sign-in', { key: 'x' })
    expect(cookies.open('sign-in', value)?.content).toMatchObject({ key: 'x' })
    expect(cookies.open('session', value)).toBeUndefined()
  })

  it('keeps its purpose with any content', async () => {
    const cookies = await sealedWith(key)
    const value = cookies.seal('sign-in', { purpose: 'session' })
    expect(cookies.open('session', value)).toBeUndefined()
  })

  it('needs no percent-encoding, and is different every time', async () => {
    const cookies = await sealedWith(key)
    const values = Array.from({ length: 100 }, () => cookies.seal('session', { key: 'é;,=' }))
    for (const value of values) expect(value).toMatch(/^[\w-]+\.[\w-]{32}$/)
    expect(new Set(values).size).toBe(100)
  })

  it('has one spelling: another last character is another value, at any length', async () => {
    const cookies = await sealedWith(key)
    for (const text of ['', 'a', 'ab', 'abc', 'abcd']) {
      const value = cookies.seal('session', { text })
      const [body = '', nonce = ''] = value.split('.')
      for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
        const changed = `${body.slice(0, -1)}${last}.${nonce}`
        expect(cookies.open('session', changed) !== undefined).toBe(changed === value)
      }
    }
  })

  it('opens with every key of the list, and no longer once its key is removed', async () => {
    const value = (await sealedWith(key)).seal('session', { key: 'x' })
    expect((await sealedWith(newer, key)).open('session', value)).toMatchObject({
      content: { key: 'x' },
      sealedByOlderKey: true,
    })
    expect((await sealedWith(newer)).open('session', value)).toBeUndefined()
    const fresh = (await sealedWith(newer, key)).seal('session', { key: 'y' })
    expect((await sealedWith(newer)).open('session', fresh)).toMatchObject({
      content: { key: 'y' },
      sealedByOlderKey: false,
    })
  })
})
