import { parse } from 'bowser'

const maxUserAgent = 512
/** Anybody can write a user agent, and the name stands in a list and in the store. */
const maxName = 64

/** A readable name for what a browser says it is, such as "Firefox on Windows". Never the whole header. */
export function deviceName(userAgent: string | undefined): string {
  if (!userAgent || userAgent.length > maxUserAgent) return 'Unknown device'
  const { browser, os } = parse(userAgent)
  const known = [browser.name, os.name].filter((name) => name !== undefined && name !== '')
  return known.length > 0 ? known.join(' on ').slice(0, maxName) : 'Unknown device'
}
