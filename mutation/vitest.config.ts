/** The back end's own settings, for a run of one mutant in the copy of the project. */
import { join, resolve } from 'node:path'
import { defineConfig, type Plugin } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { tests, testSettings, testsLeftOut } from './targets.ts'

const root = resolve(import.meta.dirname, '..')
const own = (await import(join(root, testSettings))) as { default: { test: object } }

/** Quick files first: most mutants are killed by any test that reaches them, and the run ends with the first. */
class QuickFirst extends BaseSequencer {
  /** As the run without a mutant measured them. The runs with a mutant end early. */
  #durations: Map<string, number> | undefined

  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    if (!this.#durations) {
      const measured = files.flatMap((file) => {
        const result = this.ctx.cache.getTestSpecificationResult(file)
        return result ? [[file.moduleId, result.duration] as const] : []
      })
      if (measured.length > 0) this.#durations = new Map(measured)
    }
    const duration = ({ moduleId }: TestSpecification): number =>
      this.#durations?.get(moduleId) ?? 0
    return Promise.resolve(files.toSorted((a, b) => duration(a) - duration(b)))
  }
}

/** Stryker has no option for it, and Vitest reads it from its command line alone. */
const tagsFilter: Plugin = {
  name: 'mutation-tags-filter',
  configureVitest({ vitest, project }) {
    const filter = process.env['MUTATION_TAGS']
    if (filter === undefined) return
    for (const { config } of [vitest, project]) config.tagsFilter = [filter]
  },
}

export default defineConfig({
  plugins: [tagsFilter],
  ...own.default,
  root,
  test: {
    ...own.default.test,
    include: tests,
    exclude: testsLeftOut,
    globalSetup: [],
    // A mutant that makes a test wait for ever is noticed sooner.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    setupFiles: [join(import.meta.dirname, 'coverage-setup.ts')],
    sequence: { sequencer: QuickFirst },
  },
})
