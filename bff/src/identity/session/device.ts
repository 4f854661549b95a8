import { parse } from 'bowser'

const maxUserAgent = 512

/** A readable name for what a browser says it is, such as "Firefox on Windows". Never the whole header. */
export function deviceName(userAgent: string | undefined): string {
  if (!userAgent || userAgent.length > maxUserAgent) return 'Unknown device'
  const { browser, os } = parse(userAgent)
  const known = [browser.name, os.name].filter((name) => name !== undefined && name !== '')
  return known.length > 0 ? known.join(' on ') : 'Unknown device'
}
