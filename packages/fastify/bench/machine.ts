/** What ran beside a measurement, and on what. */
import { cpus, totalmem, type } from 'node:os'
import type { MeasuredProcess } from './measured-process.ts'

interface Measured<T> {
  result: T
  /** CPU time of the server's process, microseconds. */
  cpuUs: number
  /** The share of the machine's CPU that processes outside of the benchmark took, 0 to 1. */
  others: number
}

/** Does a piece of work, which loads a server from this process. */
export async function measured<T>(
  server: MeasuredProcess,
  work: () => Promise<T>,
): Promise<Measured<T>> {
  const own = process.cpuUsage()
  const startedAt = performance.now()
  const busyBefore = busyUs()
  const before = await server.cpu()
  const result = await work()
  const cpuUs = (await server.cpu()) - before
  const { user, system } = process.cpuUsage(own)
  const others = busyUs() - busyBefore - (cpuUs + user + system)
  const available = (performance.now() - startedAt) * 1000 * cpus().length
  return { result, cpuUs, others: Math.min(1, Math.max(0, others / available)) }
}

/** CPU time of the whole machine since its start, microseconds. */
function busyUs(): number {
  const busyMs = cpus().reduce(
    (sum, { times }) => sum + times.user + times.sys + times.nice + times.irq,
    0,
  )
  return busyMs * 1000
}

/** Such as "2 × AMD EPYC 7B13, 24 GiB, Linux, Node.js 24.21.0". */
export function describeMachine(): string {
  const all = cpus()
  const model = (all[0]?.model ?? 'CPU').replaceAll(/\s+/g, ' ').trim()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return `${all.length} × ${model}, ${memory}, ${type()}, Node.js ${process.versions.node}`
}
