/** From end to end: register, start the app as `npm run dev` does, sign in with the registration, clean up. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { api } from '@gatehouse/shared/paths'
import { createBrowser, freePort } from '@gatehouse/tenant/testing'
import { expect, it } from 'vitest'
import { root } from '../src/files/folder.ts'
import { useSetup } from './support/use-setup.ts'

const setup = useSetup()

/** Runs the app as a developer does. Its environment is `PATH` and the configuration only. */
async function withApp<T>(work: (publicUrl: string) => Promise<T>): Promise<T> {
  const [web, back] = [await freePort(), await freePort()]
  const env = {
    ...setup.folder.env,
    WEB_PORT: String(web),
    PORT: String(back),
    DATA_DIR: join(setup.folder.path, '.data'),
  }
  const app = spawn(process.execPath, ['packages/cli/src/dev/dev.ts'], {
    env,
    cwd: root,
    stdio: 'pipe',
  })
  const exit = once(app, 'exit')
  let said = ''
  const running = new Promise<void>((resolve, reject) => {
    for (const stream of [app.stdout, app.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        if (said.includes('Gatehouse is running')) resolve()
      })
    }
    app.once('exit', () => reject(new Error(`The app does not start: ${said}`)))
  })
  try {
    await running
    expect(said).toContain(`${setup.tenant.tenantId} at ${setup.tenant.authority}`)
    return await work(`http://localhost:${web}`)
  } finally {
    app.kill('SIGTERM')
    await exit
  }
}

for (const [credential, args, tags] of [
  ['a client secret', [], []],
  ['a certificate', ['--certificate'], ['thorough']],
] as const) {
  it(`a person signs in with what register made: ${credential}`, { tags: [...tags] }, async () => {
    const fresh = readFileSync(join(root, 'aad.config.json'), 'utf8')
    expect((await setup.register(...args)).code).toBe(0)
    const [person] = setup.tenant.users

    await withApp(async (publicUrl) => {
      const browser = createBrowser(publicUrl, publicUrl)
      const arrived = await browser.signIn({ user: person?.id ?? '' })
      expect(arrived.location).toBe('/')
      const me = await browser.get(api.me)
      expect(me.text).toContain(person?.displayName)
      // The roles of the registration, and the groups claim, are in the token.
      expect((me.json() as { roles: string[] }).roles).toEqual(person?.roles)
      const member = setup.tenant.users.find(
        ({ groups }) => groups.length > 0 && groups.length < 50,
      )
      const another = createBrowser(publicUrl, publicUrl)
      await another.signIn({ user: member?.id ?? '' })
      const { claims } = (await another.get(api.claims)).json() as { claims: object }
      expect(claims).toMatchObject({ groups: member?.groups })
      const end = await browser.post('/auth/sign-out', {
        'x-csrf': '1',
        origin: publicUrl,
        accept: 'application/json',
      })
      expect(end.status).toBeLessThan(400)
      // The optional claim is in effect, and the address to come back to is registered.
      expect(end.location + end.text).toContain('logout_hint=')
      expect(end.location + end.text).toContain(encodeURIComponent('/signed-out'))
    })

    expect((await setup.cleanup('--yes')).code).toBe(0)
    expect(await setup.applications()).toEqual([])
    expect(setup.folder.text('aad.config.json')).toBe(fresh)
    expect(setup.folder.has('.env')).toBe(false)
  })
}
