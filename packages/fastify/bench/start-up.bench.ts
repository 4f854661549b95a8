/** The built server against hello-Fastify, both plain JavaScript: time from the start of the process to its first answer, and memory then. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { prepare, publicUrl } from './environment.ts'
import { median } from './load.ts'
import { line, printFigure } from './report.ts'

const runs = 11
const port = 6190
const server = join(import.meta.dirname, '../../../bff/dist/server.js')
const helloFastify = join(import.meta.dirname, 'hello-fastify.mjs')

interface Start {
  ms: number
  /** Resident memory; undefined where the system does not tell (Linux does). */
  megabytes: number | undefined
}

async function start(file: string, env: NodeJS.ProcessEnv): Promise<Start> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  while (!(await answers())) await sleep(1)
  const ms = performance.now() - startedAt
  const status = `/proc/${child.pid}/status`
  const kilobytes = existsSync(status) && /VmRSS:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1]
  await new Promise((resolve) => {
    child.once('exit', resolve)
    child.kill('SIGTERM')
  })
  return { ms, megabytes: kilobytes ? Number(kilobytes) / 1024 : undefined }
}

function answers(): Promise<boolean> {
  const headers = { host: new URL(publicUrl).host }
  return fetch(`http://127.0.0.1:${port}/api/session`, { headers }).then(
    ({ ok }) => ok,
    () => false,
  )
}

export async function benchStartUp(): Promise<void> {
  if (!existsSync(server)) throw new Error('There is no built server. Run: npm run build')
  const bench = await prepare()
  const hello: Start[] = []
  const ours: Start[] = []
  // In turn, so that a busy moment meets both. The first round reads the files from the disk.
  for (let run = 0; run <= runs; run += 1) {
    const pair = [await start(helloFastify, bench.env), await start(server, bench.env)] as const
    if (run === 0) continue
    hello.push(pair[0])
    ours.push(pair[1])
  }
  await bench.end()
  line('\nStart-up to the first answer, built server : hello-Fastify')
  printPair('time, ms', (one) => one.ms, hello, ours)
  printPair('memory, MB', (one) => one.megabytes ?? Number.NaN, hello, ours)
}

function printPair(name: string, of: (one: Start) => number, hello: Start[], ours: Start[]): void {
  const [base, own] = [median(hello.map(of)), median(ours.map(of))]
  const ratio = median(ours.map((one, index) => of(one) / of(hello[index] ?? one)))
  printFigure(name, `${own.toFixed(0)} : ${base.toFixed(0)}, ratio ${ratio.toFixed(2)}`)
}
