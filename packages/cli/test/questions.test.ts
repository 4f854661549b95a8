/** What a person at a terminal answers, by real keys. */

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../src/files/folder.ts'
import { openTerminal } from './support/terminal.ts'
import { useSetup } from './support/use-setup.ts'

const setup = useSetup()
const open = (command: 'register' | 'cleanup', ...args: string[]) =>
  openTerminal([join(root, `packages/cli/src/${command}.ts`), ...args], setup.env())

describe('npm run cleanup on a terminal', { timeout: 30_000 }, () => {
  /** Types keys at the question. @returns what is there afterwards */
  async function answer(keys: string) {
    await setup.register()
    const terminal = open('cleanup')
    await terminal.shows(/Remove this for good\?/)
    terminal.type(keys)
    const { code, screen } = await terminal.ended
    return {
      code,
      isDeclined: screen.includes('Nothing was removed.'),
      applications: (await setup.applications()).length,
      hasSecret: setup.folder.has('.env'),
    }
  }
  const nothingRemoved = { code: 0, isDeclined: true, applications: 1, hasSecret: true }

  it('removes nothing after Enter alone', async () => {
    expect(await answer('\r')).toEqual(nothingRemoved)
  })

  it.each([
    ['n', 'n'],
    ['Ctrl+C', '\x03'],
    ['Escape', '\x1b'],
  ])('removes nothing after %s', { tags: ['thorough'] }, async (_what, keys) => {
    expect(await answer(keys)).toEqual(nothingRemoved)
  })

  it('removes nothing if Enter was pressed before it asked', { tags: ['thorough'] }, async () => {
    await setup.register()
    const terminal = open('cleanup')
    terminal.type('\r\r')
    await terminal.shows(/Remove this for good\?/)
    terminal.type('\r')
    expect((await terminal.ended).screen).toContain('Nothing was removed.')
    expect(await setup.applications()).toHaveLength(1)
  })

  it('removes everything after y, or after the choice of Yes', { tags: ['thorough'] }, async () => {
    for (const keys of ['y', '\x1b[D\r']) {
      await setup.register()
      const terminal = open('cleanup')
      await terminal.shows(/Remove this for good\?/)
      terminal.type(keys)
      const { code, screen } = await terminal.ended
      expect(screen).toContain('Removed.')
      expect(code).toBe(0)
      expect(await setup.applications()).toEqual([])
      expect(setup.folder.has('.env')).toBe(false)
    }
  })
})

describe('npm run register on a terminal', { timeout: 30_000 }, () => {
  it.each(['aad.config.json', '.env'])(
    'changes nothing if %s was edited while it asked',
    { tags: ['thorough'] },
    async (name) => {
      const terminal = open('register')
      await terminal.shows(/Go ahead\?/)
      const edited = name === '.env' ? 'OWN=1\n' : `${setup.folder.text(name)}\n`
      setup.folder.write(name, edited)
      terminal.type('\r')
      const { code, screen } = await terminal.ended
      expect(screen).toContain(`${name} has changed meanwhile, and nothing was done.`)
      expect([code, setup.folder.text(name)]).toEqual([1, edited])
      expect(await setup.applications()).toEqual([])
    },
  )

  it('goes ahead after Enter, and replaces a value of the user’s own only after y', async () => {
    const first = open('register')
    await first.shows(/Go ahead\?/)
    first.type('\r')
    expect((await first.ended).code).toBe(0)
    const [made] = await setup.applications()
    expect(made).toBeDefined()

    const clientId = '00000000-0000-0000-0000-000000000001'
    const config = { ...setup.folder.config(), publicUrl: 'https://own.example.test', clientId }
    setup.folder.write('aad.config.json', JSON.stringify(config))
    const again = open('register', '--public-url', 'http://localhost:5173')
    await again.shows(/Go ahead, and replace [\w, ]+\?/)
    again.type('\r')
    expect((await again.ended).screen).toContain('Nothing was changed.')
    expect(setup.folder.config()).toEqual(config)
  })
})
