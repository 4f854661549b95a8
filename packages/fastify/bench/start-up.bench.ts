/** From starting the process to its first answer. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { prepare } from './environment.ts'
import { median } from './load.ts'
import { line, printFigure } from './report.ts'

const runs = 5
const port = 6190

async function firstAnswerMs(env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = performance.now()
  const server = join(import.meta.dirname, '../../../bff/src/server.ts')
  const child = spawn(process.execPath, [server], {
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  for (;;) {
    const status = await fetch(`http://127.0.0.1:${port}/api/session`).then(
      ({ status: code }) => code,
      () => 0,
    )
    if (status === 200) break
    await sleep(2)
  }
  const took = performance.now() - startedAt
  await new Promise((resolve) => {
    child.once('exit', resolve)
    child.kill('SIGTERM')
  })
  return took
}

export async function benchStartUp(): Promise<void> {
  const bench = await prepare()
  const cache = join(bench.folder, 'compile-cache')
  const measure = async (env: NodeJS.ProcessEnv) => {
    const times: number[] = []
    for (let run = 0; run <= runs; run += 1)
      times.push(await firstAnswerMs({ ...bench.env, ...env }))
    return median(times.slice(1))
  }
  line('\nStart-up to the first answer')
  printFigure(
    'with the compile cache, ms',
    (await measure({ NODE_COMPILE_CACHE: cache })).toFixed(0),
  )
  printFigure('without, ms', (await measure({})).toFixed(0))
  await bench.end()
}
