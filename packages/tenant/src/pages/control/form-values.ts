/** What a user typed into the form of one scenario, so that the page can show it again. */

export interface FormValues {
  /** Id of the scenario. */
  scenario?: string
  times?: string
  user?: string
  /** Id of the client to edit. */
  client?: string
  /** The text of the filter. */
  q?: string
  /** `popular`: the form stood among the popular ones. */
  from?: string
  /** Why it was refused. */
  problem?: string
}

const names = ['scenario', 'times', 'user', 'client', 'q', 'from'] as const

/** @param members of a form or of a query; an empty one counts as absent */
export function readFormValues(members: unknown): FormValues {
  if (typeof members !== 'object' || members === null) return {}
  const given = names.map((name) => [name, (members as Record<string, unknown>)[name]] as const)
  return Object.fromEntries(given.filter(([, value]) => isText(value)))
}

/** The end of the page's address, from which `readFormValues` reads the same. */
export function addressOf(values: FormValues): string {
  const given = names.flatMap((name): [string, string][] => {
    const value = values[name]
    return value ? [[name, value]] : []
  })
  if (given.length === 0) return ''
  const anchor = values.from === 'popular' ? 'popular' : values.scenario
  return `?${new URLSearchParams(given).toString()}${anchor === undefined ? '' : `#${anchor}`}`
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
