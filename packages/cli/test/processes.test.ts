/** How long a process may take to end, before it is killed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { Processes } from '../src/dev/processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-processes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A server that takes its time to end. @returns its file, and the files that it writes */
function slowServer(name: string, takesMs: number) {
  const at = (what: string) => join(folder, `${name}-${what}`)
  const text = `
import { writeFileSync } from 'node:fs'
setInterval(() => undefined, 1000)
process.once('SIGTERM', () => setTimeout(() => {
  writeFileSync(${JSON.stringify(at('done'))}, '')
  process.exit(0)
}, ${takesMs}))
writeFileSync(${JSON.stringify(at('ready'))}, '')
`
  const file = at('server.mjs')
  writeFileSync(file, text)
  return { file, ready: () => existsSync(at('ready')), done: () => existsSync(at('done')) }
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; !holds(); turn += 1) {
    if (turn > 1000) throw new Error('Not within 20 s')
    await sleep(20)
  }
}

it.each([
  ['in time is waited for', 300, 20_000, true],
  ['too late is killed', 20_000, 300, false],
])('a process that ends %s', async (_what, takesMs, patienceMs, ended) => {
  const server = slowServer(`stopped-${takesMs}`, takesMs)
  const processes = new Processes(() => undefined, patienceMs)
  processes.start({ name: 'slow', args: [server.file], cwd: folder, env: {} })
  await until(server.ready)
  await processes.stop('slow')
  expect(server.done()).toBe(ended)
})

it('a process whose launcher was killed may take as long as the launcher would have waited', async () => {
  const server = slowServer('orphan', 3500)
  const module = new URL('../src/dev/processes.ts', import.meta.url).href
  const plan = { name: 'slow', args: [server.file], cwd: folder, env: {} }
  const script = `
import { Processes } from ${JSON.stringify(module)}
new Processes(() => undefined, 20_000).start(${JSON.stringify(plan)})`
  const launcher = spawn(process.execPath, ['--input-type=module', '-e', script])
  await until(server.ready)
  launcher.kill('SIGKILL')
  await once(launcher, 'exit')
  await until(server.done)
  expect(server.done()).toBe(true)
})
