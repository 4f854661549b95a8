/** The app with a local tenant, over HTTP: a pattern for tests of your own routes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '@gatehouse/fastify/config'
import { appEnvironment, createBrowser, createTenant, people } from '@gatehouse/tenant/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildApp } from '../src/app.ts'

const publicUrl = 'http://localhost:5173'
const folder = mkdtempSync(join(tmpdir(), 'app-test-'))
let tenant: Awaited<ReturnType<typeof createTenant>>
let app: Awaited<ReturnType<typeof buildApp>>

beforeAll(async () => {
  tenant = await createTenant()
  // The tenant that aad.config.json names is not asked.
  const env = appEnvironment(tenant, { publicUrl, dataDir: folder })
  app = await buildApp(loadConfig(env, join(import.meta.dirname, '../..')))
  await app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await app.close()
  await tenant.close()
  rmSync(folder, { recursive: true, force: true })
})

const browser = () => createBrowser(app.listeningOrigin, publicUrl)

it('signs a person in, and tells who it is', async () => {
  const nora = people(tenant).first
  const hers = browser()
  await hers.signIn({ user: nora.userPrincipalName })
  const answer = await hers.get('/api/me')
  expect(answer.status).toBe(200)
  expect(answer.json()).toMatchObject({ name: nora.displayName })
})

it('answers 401 to a signed-out page', async () => {
  const answer = await browser().get('/api/me')
  expect(answer.status).toBe(401)
  expect(answer.json()).toMatchObject({ code: 'sign_in_required' })
})
