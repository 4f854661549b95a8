/** What is mutated, and by which tests it is judged. The only place in this folder that names paths of the project. */

export type Target = 'auth' | 'session' | 'entra' | 'downstream'

/** Files, or folders with everything in them, from the root of the repository. */
export const targets: Record<Target, string[]> = {
  auth: ['packages/fastify/src/auth'],
  session: ['packages/fastify/src/session'],
  entra: ['packages/fastify/src/entra'],
  downstream: ['packages/fastify/src/downstream'],
}

/** The tests that judge, from the root of the repository. */
export const tests = ['packages/fastify/test/**/*.test.ts', 'bff/test/**/*.test.ts']

/** Vitest's settings for them. */
export const testSettings = 'packages/fastify/vitest.config.ts'

/** Tests that are left out. They are slow, and what they test is outside of the targets: the store and its files. */
export const testsLeftOut = [
  'packages/fastify/test/redis/**',
  'packages/fastify/test/store/sqlite-faults.test.ts',
  'packages/fastify/test/store/sqlite-lock.test.ts',
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
