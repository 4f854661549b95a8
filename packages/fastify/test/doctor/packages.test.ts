import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { packageFindings } from '../../src/doctor/checks/packages.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'packages-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function install(name: string, version: string, inside = '.'): void {
  const folder = join(root, inside, 'node_modules/@gatehouse', name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version }))
}

describe('the check of packages', () => {
  it('passes if all are of one version, whatever the app has in its own name', () => {
    install('fastify', '0.2.0')
    install('react', '0.2.0')
    install('shared', '7.0.0')
    const reason = 'All packages of Gatehouse are of version 0.2.0.'
    expect(packageFindings(root)).toMatchObject([{ status: 'pass', reason }])
  })

  it('names those that are left behind, also in a workspace and in another package', () => {
    install('fastify', '0.10.0')
    install('contract', '0.10.0')
    install('react', '0.9.1', 'web')
    install('contract', '0.9.1', 'node_modules/@gatehouse/tenant')
    expect(packageFindings(root)).toMatchObject([
      {
        id: 'packages',
        status: 'warn',
        who: 'developer',
        reason:
          'The packages of Gatehouse are of several versions: @gatehouse/react 0.9.1, @gatehouse/contract 0.9.1 beside 0.10.0.',
        next: 'Set all of them to 0.10.0 in the package.json files, and run npm install.',
      },
    ])
  })

  it('does not apply where nothing is installed, and survives a broken package', () => {
    expect(packageFindings(root)).toMatchObject([{ status: 'unknown' }])
    install('fastify', '0.1.0')
    writeFileSync(join(root, 'node_modules/@gatehouse/fastify/package.json'), '{')
    expect(packageFindings(root)).toMatchObject([{ status: 'unknown' }])
  })
})
