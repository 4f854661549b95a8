/** The README's commands for curl: a session from the command line. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { request } from 'undici'
import { api, auth } from '@gatehouse/shared/paths'
import { root } from './imports.ts'
import { tenantPort } from './playwright.config.ts'

const run = promisify(execFile)

test('npm run session prints a cookie that curl is signed in with, until it signs out', async ({
  baseURL,
}) => {
  const { stdout } = await run(process.execPath, [join(root, 'packages/cli/src/dev/session.ts')], {
    env: { ...process.env, PUBLIC_URL: baseURL ?? '', TENANT_PORT: String(tenantPort) },
  })
  const cookie = stdout.trim()
  expect(cookie).toMatch(/^session-\d+=[\w%.;-]+$/)

  const ask = (path: string, method: 'GET' | 'POST' = 'GET') =>
    request(new URL(path, baseURL), { method, headers: { cookie, 'x-csrf': '1' } })
  const me = await ask(api.me)
  expect(me.statusCode).toBe(200)
  expect(await me.body.json()).toMatchObject({ username: expect.stringContaining('@') })
  expect((await ask(`${api.users}?search=no&top=3`)).statusCode).toBe(200)
  expect((await ask(auth.signOut, 'POST')).statusCode).toBe(200)
  expect((await ask(api.me)).statusCode).toBe(401)
})
