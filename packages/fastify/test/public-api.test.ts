/** Uses the package as an app does: only by its exports. */
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { gatehouse, loadConfig, ProblemError, type Config } from '@gatehouse/fastify'
import * as configuration from '@gatehouse/fastify/config'
import * as server from '@gatehouse/fastify/server'
import { createBrowser } from '@gatehouse/tenant/testing'
import { useOwnApps } from './support/own-apps.ts'

const require = createRequire(import.meta.url)
const publicUrl = 'http://localhost:5173'
const { tenant, config, newApp } = useOwnApps(publicUrl)

describe('an app of fifteen lines', () => {
  it('signs in on the local tenant, and answers its own route for the signed-in only', async () => {
    const app = newApp()
    await app.register(gatehouse, { config: config() })
    await app.register(async (routes) => {
      routes.addHook('onRequest', routes.requireSignIn)
      routes.get('/api/hello', async ({ user }) => ({ hello: user.name }))
      routes.get('/api/teapot', async () => {
        throw new ProblemError('forbidden', 'Not for you.')
      })
    })
    await app.listen({ host: '127.0.0.1', port: 0 })

    const browser = createBrowser(app.listeningOrigin, publicUrl)
    expect((await browser.get('/api/hello')).status).toBe(401)
    expect((await browser.signIn()).location).toBe('/')
    const hello = (await browser.get('/api/hello')).json()
    expect(hello).toEqual({ hello: tenant().users[0]?.displayName })
    const teapot = await browser.get('/api/teapot')
    expect([teapot.status, teapot.json()]).toMatchObject([403, { detail: 'Not for you.' }])
  })
})

describe('a composition that cannot work', () => {
  it('is refused at start if gatehouse is registered twice', async () => {
    const app = newApp()
    await app.register(gatehouse, { config: config() })
    await expect(async () => app.register(gatehouse, { config: config() })).rejects.toThrow(
      'gatehouse is registered twice on this app. Register it once.',
    )
  })

  it('is refused at start if the second one is inside a plugin', async () => {
    const app = newApp()
    await app.register(gatehouse, { config: config() })
    const nested = async () =>
      app.register(async (inner) => inner.register(gatehouse, { config: config() }))
    await expect(nested).rejects.toThrow('gatehouse is registered twice')
  })

  it.each([
    ['no options', undefined],
    ['no configuration', {}],
    ['something else as configuration', { config: 'aad.config.json' }],
  ])('is refused at start with %s', async (_what, options) => {
    const app = newApp()
    const register = async () => app.register(gatehouse, options as unknown as { config: Config })
    await expect(register).rejects.toThrow('app.register(gatehouse, { config: loadConfig(')
  })

  it('is refused at start if routes come first, and names them', async () => {
    const app = newApp()
    app.get('/api/early', async () => 'unprotected')
    await expect(async () => app.register(gatehouse, { config: config() })).rejects.toThrow(
      /Register gatehouse first\. The routes:\n.*\/api\/early/s,
    )
  })
})

describe('the entries of the package', () => {
  it('are the plugin, the configuration and the process', () => {
    expect(configuration.loadConfig).toBe(loadConfig)
    expect(server.run).toBeTypeOf('function')
  })

  it.each(['src/index.ts', 'session/sessions', 'package.json'])('exclude %s', (path) => {
    expect(() => require.resolve(`@gatehouse/fastify/${path}`)).toThrow(
      expect.objectContaining({ code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' }),
    )
  })
})
