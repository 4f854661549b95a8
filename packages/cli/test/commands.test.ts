/** The package is a set of commands: it has nothing to import, and each command explains itself. */

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../src/files/folder.ts'
import { ownFolder } from './support/commands.ts'

describe('the package', () => {
  it.each(['', '/register', '/src/register.ts', '/package.json'])(
    'cannot be imported as @gatehouse/cli%s',
    (path) => {
      const { resolve } = createRequire(import.meta.url)
      expect(() => resolve(`@gatehouse/cli${path}`)).toThrow(
        expect.objectContaining({ code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' }),
      )
    },
  )
})

describe('each command', () => {
  it.each([
    ['dev/dev.ts', 'npm run dev'],
    ['dev/start.ts', 'npm start'],
    ['dev/session.ts', 'npm run --silent session'],
    ['register.ts', 'npm run register --'],
    ['cleanup.ts', 'npm run cleanup --'],
  ])('%s answers --help with its usage, and does nothing else', (file, usage) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [`packages/cli/src/${file}`, '--help'],
      { cwd: root, encoding: 'utf8', env: { PATH: process.env['PATH'], AAD_CONFIG: '/nowhere' } },
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain(`Usage: ${usage}`)
  })
})

describe.skipIf(process.platform === 'win32')('output that cannot be written', () => {
  const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'

  /** @param target what follows the command in a shell. @returns the exit code of the command, and its words */
  function endSessions(target: string) {
    const folder = ownFolder()
    const env = { ...folder.env, DATA_DIR: folder.path }
    // A store without sessions.
    writeFileSync(join(folder.path, 'sessions.sqlite'), '', { mode: 0o600 })
    const command = `node packages/cli/run.cjs end-sessions --user ${id} --tenant ${id}`
    const script = `{ ${command}; echo "code $?" >&2; } ${target}`
    const { stderr } = spawnSync('sh', ['-c', script], { cwd: root, env, encoding: 'utf8' })
    folder.remove()
    return stderr
  }

  it.runIf(process.platform === 'linux')('is a sentence and exit code 1', () => {
    expect(endSessions('> /dev/full')).toBe('The output cannot be written (ENOSPC).\ncode 1\n')
  })

  it('changes nothing if nobody reads it', () => {
    expect(endSessions('| true')).toBe('code 0\n')
  })
})

it.each(['dev', 'start'])('%s takes no options, and says so', (script) => {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['packages/cli/run.cjs', script, '--port', '3000'],
    { cwd: root, encoding: 'utf8', env: { PATH: process.env['PATH'], AAD_CONFIG: '/nowhere' } },
  )
  expect(status).toBe(1)
  expect(stderr).toBe(`Unknown option '--port'.\nEvery option: npm run ${script} -- --help\n`)
})
