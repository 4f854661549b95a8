/** What is wrong with the configuration, and checks that say it in a sentence. */
import { type Static, type TSchema, Type } from 'typebox'

/** One thing that is wrong with the configuration: the key to fix, and a sentence. Never a value. */
export interface ConfigProblem {
  key: string
  message: string
}

/** The configuration cannot be used; `problems` names every wrong key at once. */
export class ConfigError extends Error {
  readonly code = 'config_invalid'
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ key, message }) => `  ${key}: ${message}`)
    super(`The configuration cannot be used:\n${lines.join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** A value of the schema that a check may still refuse, with a sentence of its own. */
export function checked<T extends TSchema>(
  schema: T,
  problemOf: (value: Static<T>) => string | undefined,
) {
  return Type.Refine(
    schema,
    (value: Static<T>) => problemOf(value) === undefined,
    (value: Static<T>) => problemOf(value) ?? '',
  )
}
