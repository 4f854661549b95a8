/** What somebody typed for one bad day, so that the page can show it again. */

export interface Entered {
  /** Id of the bad day. */
  day?: string
  times?: string
  user?: string
  /** Why it cannot be. */
  problem?: string
}

/** @param members of a form or of a query; an empty one counts as absent */
export function enteredOf(members: unknown): Entered {
  if (typeof members !== 'object' || members === null) return {}
  const { day, times, user } = { day: '', times: '', user: '', ...members }
  return {
    ...(isText(day) ? { day } : {}),
    ...(isText(times) ? { times } : {}),
    ...(isText(user) ? { user } : {}),
  }
}

/** The end of the page's address, from which `enteredOf` reads the same. */
export function addressOf({ day = '', times = '', user = '' }: Entered): string {
  const given = Object.entries({ day, times, user }).filter(([, value]) => value !== '')
  return `?${new URLSearchParams(given).toString()}#${day}`
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
