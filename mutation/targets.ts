/** What is mutated, and by which tests it is judged. The only place in this folder that names paths of the project. */

export type Target = 'auth' | 'session' | 'entra' | 'downstream'

/** Files, or folders with everything in them, from the root of the repository. */
export const targets: Record<Target, string[]> = {
  auth: [
    'bff/src/identity/flow',
    'bff/src/identity/request.ts',
    'bff/src/identity/requirements.ts',
  ],
  session: ['bff/src/identity/session'],
  entra: ['bff/src/identity/entra'],
  downstream: ['bff/src/downstream'],
}

/** The folder with the tests and their `vitest.config.ts`. */
export const testRoot = 'bff'

/**
 * Tests that are left out, from `testRoot`. They measure load, memory and the files of the store, take a third of the
 * suite's time, and what they find of the targets other tests find as well.
 */
export const slowTests = [
  'test/isolation.test.ts',
  'test/bounded.test.ts',
  'test/concurrency.test.ts',
  'test/sqlite-faults.test.ts',
  'test/sqlite-lock.test.ts',
  'test/redis-faults.test.ts',
  'test/doctor-command.test.ts',
]

/** What the copy of the project does without. */
export const notCopied = ['.data', '.turbo', 'test-reports', 'test-results', 'docs/images']

/** The target to which a file belongs. @param file its path from the root of the repository */
export function targetOf(file: string): string {
  const entries = Object.entries(targets)
  const found = entries.find(([, paths]) =>
    paths.some((path) => file === path || file.startsWith(`${path}/`)),
  )
  return found?.[0] ?? 'other'
}
