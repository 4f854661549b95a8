/**
 * Where Stryker is entered beside its public interface. It takes ranges of lines, not a sample, and no mutators of a
 * project's own. Both need its instrumenter, which this version exports in part only; the version is exact.
 */
import { readFileSync } from 'node:fs'
import type { Mutator } from './mutators.ts'

/** A mutant as the instrumenter makes it. */
interface CollectedMutant {
  fileName: string
  original: { loc: { start: Position; end: Position } }
  mutatorName: string
  replacementCode: string
}

interface Position {
  line: number
  column: number
}

interface MutantSpec {
  mutatorName: string
  ignoreReason?: string | undefined
}

type Collect = (
  this: unknown,
  fileName: string,
  original: unknown,
  spec: MutantSpec,
  offset?: unknown,
) => CollectedMutant

const instrumenter = import.meta.resolve('@stryker-mutator/instrumenter')

async function load<T>(path: string): Promise<T> {
  return (await import(new URL(path, instrumenter).href)) as T
}

const { allMutators } = await load<{ allMutators: (Mutator & { name: string })[] }>(
  'mutators/index.js',
)
const { MutantCollector } = await load<{ MutantCollector: { prototype: { collect: Collect } } }>(
  'transformers/index.js',
)
const { Instrumenter } = await load<{
  Instrumenter: new (logger: object) => {
    instrument(files: object[], options: object): Promise<object>
  }
}>('instrumenter.js')

/** Every later instrumentation makes the mutants of these too. */
export function addMutators(mutators: Mutator[]): void {
  allMutators.push(...mutators)
}

/** The same for the same code, wherever Stryker numbers it. */
function keyOf({ fileName, original, mutatorName, replacementCode }: CollectedMutant): string {
  const { start, end } = original.loc
  const place = `${start.line}:${start.column}-${end.line}:${end.column}`
  return `${fileName} ${place} ${mutatorName} ${replacementCode}`
}

const quiet = { debug: () => {}, info: () => {}, isDebugEnabled: () => false }

/** The keys of all mutants of these files. @param files absolute paths */
export async function listMutants(files: string[], excludedMutations: string[]): Promise<string[]> {
  const keys: string[] = []
  const collect = MutantCollector.prototype.collect
  MutantCollector.prototype.collect = function (...input) {
    const mutant = collect.apply(this, input)
    if (!excludedMutations.includes(mutant.mutatorName)) keys.push(keyOf(mutant))
    return mutant
  }
  try {
    const input = files.map((name) => ({
      name,
      mutate: true,
      content: readFileSync(name, 'utf8'),
    }))
    const options = { plugins: null, excludedMutations, ignorers: [] }
    await new Instrumenter(quiet).instrument(input, options)
  } finally {
    MutantCollector.prototype.collect = collect
  }
  return keys
}

export const notSampled = 'Not in the sample'

/** Every later instrumentation ignores all other mutants. */
export function keepOnly(keys: Set<string>): void {
  const collect = MutantCollector.prototype.collect
  MutantCollector.prototype.collect = function (fileName, original, spec, offset) {
    const mutant = collect.call(this, fileName, original, spec, offset) as CollectedMutant & {
      ignoreReason?: string | undefined
    }
    if (!keys.has(keyOf(mutant))) mutant.ignoreReason ??= notSampled
    return mutant
  }
}
