import { randomBytes } from 'node:crypto'
import secureSession from '@fastify/secure-session'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { createSealedCookies } from '../../src/session/cookie.ts'

const [key, newer] = [randomBytes(32), randomBytes(32)]

afterEach(() => {
  vi.useRealTimers()
})

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

  it('opens for as long as it says, and not a second longer', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const cookies = await sealedWith(key)
    const value = cookies.seal('session', { key: 'x' })
    vi.advanceTimersByTime(3_599_000)
    expect(cookies.open('session', value)?.content).toMatchObject({ key: 'x' })
    vi.advanceTimersByTime(1_500)
    expect(cookies.open('session', value)).toBeUndefined()
  })

  it('is of the form that the plugin itself writes, in both directions', async () => {
    const plugin = Fastify()
    await plugin.register(secureSession, { key: [key], expiry: 3600 })
    await plugin.ready()
    const cookies = await sealedWith(key)
    const written = plugin.encodeSecureSession(
      plugin.createSecureSession({ key: 'x', purpose: 'session' }),
    )
    const spelled = written
      .replace(';', '.')
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '')
    expect(cookies.open('session', spelled)?.content).toEqual({ key: 'x', purpose: 'session' })
    const sealed = cookies.seal('session', { key: 'y' })
    const read = plugin.decodeSecureSession(sealed.replace('.', ';'))
    expect(read?.data()).toEqual({ key: 'y', purpose: 'session' })
  })
})

type Asked = { Querystring: { seal?: string; open?: string } }

function extend(app: FastifyInstance): void {
  app.get<Asked>('/sealed', { onRequest: app.requireSignIn }, async ({ query, sessionSealer }) => ({
    sealed: sessionSealer.seal('upload', query.seal ?? ''),
    asUpload: sessionSealer.open('upload', query.open ?? '') ?? null,
    asList: sessionSealer.open('list', query.open ?? '') ?? null,
  }))
}

describe('state that a browser keeps for the server', () => {
  const gatehouse = useTestApp({ extend })

  it('opens for the purpose and the session that it was sealed for', async () => {
    const [own, other] = [await gatehouse().signedIn(), await gatehouse().signedIn()]
    const { sealed } = (await own.get('/sealed?seal=x')).json() as { sealed: string }
    expect((await own.get(`/sealed?open=${sealed}`)).json()).toMatchObject({
      asUpload: 'x',
      asList: null,
    })
    expect((await other.get(`/sealed?open=${sealed}`)).json()).toMatchObject({
      asUpload: null,
      asList: null,
    })
  })
})
