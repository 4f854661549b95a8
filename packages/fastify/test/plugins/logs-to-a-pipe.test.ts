/** The log on standard output, in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'

const source = join(import.meta.dirname, '../../src/plugins/logging.ts')

/** More than a pipe holds, in lines of which the number is known. */
const lines = 3000
const program = `
const { loggerOptions } = await import(process.argv[1])
// libuv makes a pipe that is used as a stream one that never waits.
process.stdout.write('')
const { stream } = loggerOptions('info')
for (let line = 1; line <= ${lines}; line += 1) stream.write('x'.repeat(200) + ' ' + line + '\\n')
process.exit(0)
`

it('has the last lines of a process that ends, also if their reader is slow', async () => {
  const args = ['--input-type=module', '--eval', program, source]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  await wait(300)
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const [code] = (await closed) as [number]
  const found = text.trimEnd().split('\n')
  expect([code, found.length, found.at(-1)]).toEqual([0, lines, `${'x'.repeat(200)} ${lines}`])
})
