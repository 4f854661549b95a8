/** What a user typed into the form of one scenario, so that the page can show it again. */

export interface FormValues {
  /** Id of the scenario. */
  scenario?: string
  times?: string
  user?: string
  /** Why it was refused. */
  problem?: string
}

/** @param members of a form or of a query; an empty one counts as absent */
export function readFormValues(members: unknown): FormValues {
  if (typeof members !== 'object' || members === null) return {}
  const { scenario, times, user } = { scenario: '', times: '', user: '', ...members }
  return {
    ...(isText(scenario) ? { scenario } : {}),
    ...(isText(times) ? { times } : {}),
    ...(isText(user) ? { user } : {}),
  }
}

/** The end of the page's address, from which `enteredOf` reads the same. */
export function addressOf({ scenario = '', times = '', user = '' }: FormValues): string {
  const given = Object.entries({ scenario, times, user }).filter(([, value]) => value !== '')
  return `?${new URLSearchParams(given).toString()}#${scenario}`
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
