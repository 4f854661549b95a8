/** What ran beside a measurement, and on what. */
import { cpus, totalmem, type } from 'node:os'

interface MachineLoad {
  /** CPU time of the whole machine since its start, microseconds. */
  busyUs: number
  atMs: number
}

export function machineLoad(): MachineLoad {
  const busyMs = cpus().reduce(
    (sum, { times }) => sum + times.user + times.sys + times.nice + times.irq,
    0,
  )
  return { busyUs: busyMs * 1000, atMs: performance.now() }
}

/**
 * The share of the machine's CPU that processes outside of the benchmark took.
 *
 * @param ownUs CPU time that the benchmark's processes took meanwhile
 * @returns 0 to 1
 */
export function shareOfOthers(before: MachineLoad, after: MachineLoad, ownUs: number): number {
  const available = (after.atMs - before.atMs) * 1000 * cpus().length
  const others = after.busyUs - before.busyUs - ownUs
  return Math.min(1, Math.max(0, others / available))
}

/** Such as "2 × AMD EPYC 7B13, 24 GiB, Linux, Node.js 24.21.0". */
export function describeMachine(): string {
  const all = cpus()
  const model = (all[0]?.model ?? 'CPU').replaceAll(/\s+/g, ' ').trim()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return `${all.length} × ${model}, ${memory}, ${type()}, Node.js ${process.versions.node}`
}
