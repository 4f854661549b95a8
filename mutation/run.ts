/**
 * `npm run mutation`: changes the code in one place at a time and runs the tests that reach the place. A change that no
 * test notices is a survivor. README.md explains the options and the report.
 */
import { createHash } from 'node:crypto'
import { globSync, rmSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'
import { mutatorsNotUsed, ourMutators } from './mutators.ts'
import { formatReport, readSurvivors, writeReport } from './report.ts'
import { addMutators, keepOnly, listMutants } from './stryker-internals.ts'
import { notCopied, targets, type Target } from './targets.ts'

const leastScore = 85
const root = join(import.meta.dirname, '..')
const folder = relative(root, import.meta.dirname)

const { values: options } = parseArgs({
  options: {
    target: { type: 'string', multiple: true },
    file: { type: 'string', multiple: true },
    tests: { type: 'string', multiple: true },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    concurrency: { type: 'string', default: '2' },
    survivors: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function isTarget(name: string): name is Target {
  return name in targets
}

function pathsToMutate(): string[] {
  if (options.file) return options.file
  return (options.target ?? Object.keys(targets)).flatMap((name) => {
    if (isTarget(name)) return targets[name]
    throw new Error(`There is no target "${name}", only ${Object.keys(targets).join(', ')}`)
  })
}

/** The source files of these paths, absolute. */
function sourceFiles(paths: string[]): string[] {
  const files = paths.flatMap((path) => {
    const absolute = join(root, path)
    if (statSync(absolute).isFile()) return [absolute]
    return globSync('**/*.ts', { cwd: absolute }).map((file) => join(absolute, file))
  })
  return files.toSorted()
}

/**
 * As many of the mutants as asked for. Their order depends on the seed and on the mutant alone, so that a bigger sample
 * holds the smaller one, and a mutant stays in it while its file does not change.
 */
function sample(mutants: string[], size: number, seed: string): Set<string> {
  const rank = (mutant: string): string =>
    createHash('sha256').update(`${seed} ${mutant}`).digest('hex')
  const ranked = mutants.map((mutant) => ({ mutant, rank: rank(mutant) }))
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1))
  return new Set(ranked.slice(0, size).map(({ mutant }) => mutant))
}

/** One file is mutated whole, unless the size is given. */
function sampleSize(all: number): number {
  const given = options.sample ?? (options.file ? 'all' : '200')
  const size = given === 'all' ? all : Number(given)
  if (!Number.isInteger(size) || size < 1) throw new Error('--sample is a number, or "all"')
  return size
}

// Stryker takes the folder in which it runs for the project.
process.chdir(root)
// One store is enough: the others have tests of their own.
process.env['TESTS'] = 'quick'
process.env['MUTATION_TAGS'] = options.survivors ? 'thorough' : '!thorough'

addMutators(ourMutators)
const files = sourceFiles(options.survivors ? Object.values(targets).flat() : pathsToMutate())
const mutants = await listMutants(root, files, mutatorsNotUsed)
const chosen = options.survivors
  ? new Set(readSurvivors())
  : sample(mutants, sampleSize(mutants.length), options.seed)
keepOnly(root, chosen)
print(`${chosen.size} of ${mutants.length} mutants in ${files.length} files, seed ${options.seed}`)

if (options.list) {
  for (const mutant of chosen) print(mutant)
  process.exit()
}

const startedAt = Date.now()
// A run that was killed leaves its copy.
rmSync(join(import.meta.dirname, '.sandbox'), { recursive: true, force: true })
await new Stryker({
  mutate: files.map((file) => relative(root, file)),
  mutator: { excludedMutations: mutatorsNotUsed },
  plugins: ['@stryker-mutator/vitest-runner'],
  testRunner: 'vitest',
  vitest: { configFile: `${folder}/vitest.config.ts`, pool: 'forks', related: false },
  testFiles: options.tests ?? [],
  coverageAnalysis: 'perTest',
  concurrency: Number(options.concurrency),
  // Generous, because a busy machine is slow, and a timeout counts as noticed.
  timeoutMS: 60_000,
  timeoutFactor: 3,
  dryRunTimeoutMinutes: 30,
  disableTypeChecks: false,
  ignorePatterns: notCopied,
  cleanTempDir: 'always',
  tempDirName: `${folder}/.sandbox`,
  symlinkNodeModules: false,
  buildCommand: `${process.execPath} ${folder}/link-node-modules.ts ${root}`,
  reporters: ['progress-append-only', 'html', 'json'],
  htmlReporter: { fileName: `${folder}/reports/stryker.html` },
  jsonReporter: { fileName: `${folder}/reports/stryker.json` },
  allowConsoleColors: false,
}).runMutationTest()

const minutes = (Date.now() - startedAt) / 60_000
const report = writeReport({ seed: options.seed, of: mutants.length, minutes }, options.survivors)
print(formatReport(report))
const unexplained = report.survivors.some(({ reason }) => reason === undefined)
if (report.score < leastScore || unexplained) process.exitCode = 1
