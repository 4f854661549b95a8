/**
 * Where Stryker is entered beside its public interface. It takes ranges of lines, not a sample, and no mutators of a
 * project's own. Both need its instrumenter, which this version exports in part only; the version is exact.
 */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { mutantId, type Position } from './mutant-id.ts'
import type { Mutator } from './mutators.ts'

/** A mutant as the instrumenter makes it. */
interface CollectedMutant {
  fileName: string
  original: { loc: { start: Position; end: Position } }
  mutatorName: string
  replacementCode: string
  ignoreReason?: string | undefined
}

type Collect = (this: unknown, ...input: unknown[]) => CollectedMutant

const instrumenter = import.meta.resolve('@stryker-mutator/instrumenter')

async function load<T>(path: string): Promise<T> {
  return (await import(new URL(path, instrumenter).href)) as T
}

const { allMutators } = await load<{ allMutators: Mutator[] }>('mutators/index.js')
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

/** What a mutant is called here: the same in each run, while its file does not change. */
function idOf(root: string, mutant: CollectedMutant): string {
  const { start, end } = mutant.original.loc
  return mutantId({
    file: relative(root, mutant.fileName),
    // Babel counts columns from 0, the report from 1.
    start: { line: start.line, column: start.column + 1 },
    end: { line: end.line, column: end.column + 1 },
    mutator: mutant.mutatorName,
    replacement: mutant.replacementCode,
  })
}

const quiet = { debug: () => {}, info: () => {}, isDebugEnabled: () => false }

/** The ids of all mutants of these files. @param files absolute paths */
export async function listMutants(
  root: string,
  files: string[],
  excludedMutations: string[],
): Promise<string[]> {
  const ids: string[] = []
  const collect = MutantCollector.prototype.collect
  MutantCollector.prototype.collect = function (...input) {
    const mutant = collect.apply(this, input)
    if (!excludedMutations.includes(mutant.mutatorName)) ids.push(idOf(root, mutant))
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
  return ids
}

/** Every later instrumentation ignores all other mutants. */
export function keepOnly(root: string, ids: Set<string>): void {
  const collect = MutantCollector.prototype.collect
  MutantCollector.prototype.collect = function (...input) {
    const mutant = collect.apply(this, input)
    if (!ids.has(idOf(root, mutant))) mutant.ignoreReason ??= 'Not in the sample'
    return mutant
  }
}
