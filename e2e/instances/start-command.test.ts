/** `npm start` as its log is read: by a program. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@gatehouse/tenant/testing'
import { expect, it } from 'vitest'
import { root } from '../imports.ts'
import requireBuild from '../require-build.ts'
import { eventually } from './eventually.ts'

it('npm start writes JSON alone to standard output, and its own words to standard error', async () => {
  requireBuild()
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-start-'))
  const config = join(folder, 'aad.config.json')
  writeFileSync(config, readFileSync(join(root, 'aad.config.json')))
  const env = {
    PATH: process.env['PATH'],
    AAD_CONFIG: config,
    DATA_DIR: folder,
    LOG_LEVEL: 'info',
    PORT: String(await freePort()),
    TENANT_PORT: String(await freePort()),
    TENANT_USERS: '20',
  }
  const child = spawn(process.execPath, ['packages/cli/src/dev/start.ts'], { cwd: root, env })
  let [log, words] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()))
  const ended = once(child, 'close')
  try {
    await eventually('it runs', () => words.includes('Gatehouse is running'), 60_000)
    await eventually('the server has started', () => log.includes('"event":"started"'))
  } finally {
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  expect(words).toContain(`Doctor        http://localhost:${env.PORT}/doctor`)
  expect(words).toContain(`http://127.0.0.1:${env.TENANT_PORT}/_tenant`)
  for (const line of log.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg')
})
