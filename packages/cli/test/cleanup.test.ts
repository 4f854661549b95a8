import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../src/files/folder.ts'
import { useSetup } from './support/use-setup.ts'

const setup = useSetup()
const fresh = readFileSync(join(root, 'aad.config.json'), 'utf8')

describe('cleanup', () => {
  for (const [words, tags] of [
    ['', []],
    ['--public-url https://app.example.test', ['thorough']],
    ['--certificate', ['thorough']],
    ['--multi-tenant', ['thorough']],
    ['--federated https://i.test,s', ['thorough']],
  ] as const) {
    const name = `register ${words}`.trim()
    it(
      `leaves the tenant and the folder as they were before ${name}`,
      { tags: [...tags] },
      async () => {
        expect((await setup.register(...words.split(' ').filter(Boolean))).code).toBe(0)
        const { code, out } = await setup.cleanup('--yes')
        expect(code).toBe(0)
        expect(out).toMatch(/- application +Gatehouse/)
        expect(await setup.applications()).toEqual([])
        expect(setup.folder.text('aad.config.json')).toBe(fresh)
        expect(setup.folder.has('.env')).toBe(false)
      },
    )
  }

  it('frees the name, so that register can run again', async () => {
    await setup.register()
    await setup.cleanup('--yes')
    expect((await setup.register()).code).toBe(0)
    expect(await setup.applications()).toHaveLength(1)
  })

  it('asks first: without a terminal and without --yes it does nothing', async () => {
    await setup.register()
    const { code, err } = await setup.cleanup()
    expect(code).toBe(1)
    expect(err).toMatch(/with --yes/)
    expect(await setup.applications()).toHaveLength(1)
    expect(setup.folder.has('.env')).toBe(true)
  })

  it('keeps the rest of .env', { tags: ['thorough'] }, async () => {
    writeFileSync(join(setup.folder.path, '.env'), 'PORT=6000\n')
    await setup.register()
    await setup.cleanup('--yes')
    expect(setup.folder.text('.env')).toBe('PORT=6000\n')
  })

  it('says so if there is nothing to remove', async () => {
    const { code, out } = await setup.cleanup('--yes')
    expect(code).toBe(0)
    expect(out).toContain('There is nothing to remove.')
  })

  it(
    'continues after an interruption that left only the files',
    { tags: ['thorough'] },
    async () => {
      await setup.register()
      const [application] = await setup.applications()
      const path = `/applications/${application?.id}`
      await setup.graph.call({ method: 'DELETE', path, what: 'delete' })
      expect((await setup.cleanup('--yes')).code).toBe(0)
      const deleted = '/directory/deletedItems/microsoft.graph.application'
      expect(await setup.graph.list(deleted, 'list')).toEqual([])
      expect(setup.folder.text('aad.config.json')).toBe(fresh)
      expect(setup.folder.has('.env')).toBe(false)
    },
  )

  it(
    'removes only the credential that register added, if the registration was made by hand',
    { tags: ['thorough'] },
    async () => {
      const made = await setup.graph.send<{ id: string; appId: string }>({
        method: 'POST',
        path: '/applications',
        body: { displayName: 'By hand', signInAudience: 'AzureADMyOrg' },
        what: 'make',
      })
      await setup.graph.send({
        method: 'POST',
        path: `/applications/${made.id}/addPassword`,
        body: { passwordCredential: { displayName: 'by hand' } },
        what: 'add',
      })
      writeFileSync(
        join(setup.folder.path, 'aad.config.json'),
        fresh
          .replace('{enter-your-tenant-id-here}', setup.tenant.tenantId)
          .replace('{enter-your-client-id-here}', made.appId),
      )
      const registered = await setup.register()
      expect(registered.code).toBe(0)
      expect(registered.out).toContain('Made by hand')
      expect((await setup.applications())[0]?.passwordCredentials).toHaveLength(2)
      const { code, out } = await setup.cleanup('--yes')
      expect(code).toBe(0)
      expect(out).toContain('made by hand: it stays')
      const [left] = await setup.applications()
      expect(left?.passwordCredentials?.map(({ displayName }) => displayName)).toEqual(['by hand'])
      expect(setup.folder.text('aad.config.json')).toBe(fresh)
    },
  )
})
