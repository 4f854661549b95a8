/**
 * Runs before each test file. Code that runs in `beforeAll`, in `afterAll` or between two tests belongs to no test, and
 * Stryker would run the whole suite for its mutants: here it belongs to all tests of the file.
 */
import { afterAll, beforeAll, inject, type RunnerTask } from 'vitest'

type Coverage = Record<string, number>

interface Stryker {
  mutantCoverage?: { static: Coverage; perTest: Record<string, Coverage> }
}

declare module 'vitest' {
  interface ProvidedContext {
    mode: 'dry-run' | 'mutant'
    globalNamespace: '__stryker__'
    testNameSeparator: string
  }
}

const stryker = (globalThis as unknown as Record<string, Stryker>)[inject('globalNamespace')]

if (inject('mode') === 'dry-run' && stryker) {
  let imported: Coverage = {}

  // Code that runs when its module is imported has run by now. It stays static.
  beforeAll(() => {
    imported = { ...stryker.mutantCoverage?.static }
  })

  // oxlint-disable-next-line no-empty-pattern -- Vitest reads from the pattern what a hook uses.
  afterAll(({}, suite) => {
    const coverage = stryker.mutantCoverage
    if (!coverage) return
    const between = Object.keys(coverage.static).filter((id) => !(id in imported))
    for (const id of testIds(suite.file.tasks, suite.file.filepath)) {
      const test = (coverage.perTest[id] ??= {})
      for (const mutant of between) test[mutant] = (test[mutant] ?? 0) + 1
    }
    coverage.static = imported
  })
}

/** The tests that ran, as Stryker names them. */
function testIds(tasks: RunnerTask[], file: string, parents: string[] = []): string[] {
  const separator = inject('testNameSeparator')
  return tasks.flatMap((task) => {
    if (task.mode === 'skip') return []
    if (task.type === 'suite') return testIds(task.tasks, file, [...parents, task.name])
    return `${file}#${[...parents, task.name].join(separator).trim()}`
  })
}
