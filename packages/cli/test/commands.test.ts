/** The package is a set of commands: it has nothing to import, and each command explains itself. */

import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { root } from '../src/files/folder.ts'

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
