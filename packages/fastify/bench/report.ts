import { median, type Round, type Target } from './load.ts'

/**
 * One line per target: its figures, and the ratio of its CPU time to the first target's, pair by pair.
 *
 * @param second the place of a target to which the ratios are printed too
 */
export function printComparison(
  title: string,
  targets: Target[],
  results: Round[][],
  second?: number,
): void {
  const [baseline = []] = results
  const other = second === undefined ? undefined : results[second]
  line(`\n${title}`)
  line(
    '                                   CPU µs/req    ratio (min–max)       p50 ms   p99 ms    req/s  others' +
      (second === undefined ? '' : `  to ${targets[second]?.name}`),
  )
  for (const [index, target] of targets.entries()) {
    const rounds = results[index] ?? []
    const ratios = ratiosOf(rounds, baseline)
    const of = (key: keyof Round) => median(rounds.map((round) => round[key]))
    const spread = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`
    line(
      [
        `  ${target.name.padEnd(32)}`,
        of('cpuUs').toFixed(1).padStart(10),
        `${median(ratios).toFixed(2).padStart(9)} (${spread})`,
        of('p50Ms').toFixed(2).padStart(11),
        of('p99Ms').toFixed(2).padStart(8),
        of('requestsPerS').toFixed(0).padStart(8),
        percent(of('others')).padStart(7),
        other ? median(ratiosOf(rounds, other)).toFixed(2).padStart(8) : '',
      ].join(' '),
    )
  }
}

/** CPU time over the baseline's, pair by pair: a change of the machine's speed is in both. */
export function ratiosOf(rounds: Round[], baseline: Round[]): number[] {
  return rounds.map((round, at) => round.cpuUs / (baseline[at]?.cpuUs ?? Number.NaN))
}

export function printFigure(name: string, value: string): void {
  line(`  ${name.padEnd(46)} ${value}`)
}

/** @param share 0 to 1 */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

export function line(text: string): void {
  process.stdout.write(`${text}\n`)
}
