import type { Diagnosis, Finding } from '@gatehouse/contract/doctor'
import { basePathOf } from '@gatehouse/contract/paths'

/** The report to copy for support: the JSON of `npm run doctor -- --json`, with the time and the origin. */
export function reportOf(findings: readonly Finding[], origin: string, checkedAt: number): string {
  const ok = findings.every(({ status }) => status !== 'fail')
  const at = new Date(checkedAt).toISOString()
  return JSON.stringify({ ok, checkedAt: at, browser: origin, findings }, null, 2)
}

const names = new Map([
  ['config', 'Configuration'],
  ['authority', 'Way to the tenant'],
  ['issuer', 'Issuer of the tokens'],
  ['clock', 'Clock'],
  ['redirect-uri', 'Redirect URI'],
  ['address', 'Address of the app'],
  ['public-url', 'Way to the app'],
  ['address-bar', 'Address bar'],
  ['credential', 'Credential of the app'],
  ['store', 'Store of the sessions'],
  ['cookie', 'Session cookie'],
  ['scopes', 'Permissions that are asked for'],
  ['roles', 'App roles'],
  ['graph-host', 'Host of Microsoft Graph'],
  ['session-keys', 'Keys of the sessions'],
])

/** The name of a check, or its id if a newer back end has checks that this page does not know. */
export function nameOf({ id }: Finding): string {
  return names.get(id) ?? id
}

export const whoInWords: Record<Finding['who'], string> = {
  operator: 'Whoever runs the server',
  administrator: 'An administrator of the tenant',
  developer: 'The developer of the app',
}

/** "13 checks: 1 failed, 2 to look at." */
export function sumOf(findings: readonly Finding[]): string {
  const count = (status: Finding['status']) =>
    findings.filter((finding) => finding.status === status).length
  const checks = findings.length === 1 ? '1 check' : `${findings.length} checks`
  return `${checks}: ${count('fail')} failed, ${count('warn')} to look at.`
}

const id = 'address-bar'
const loopback = /^(?:127(?:\.\d+){3}|\[::1\])$/

/**
 * Adds a finding if the address bar differs from `publicUrl`. Only the browser knows that for sure: a proxy
 * may hide it from the server.
 *
 * @param origin the page's `location.origin`
 */
export function withAddressBar({ publicUrl, findings }: Diagnosis, origin: string): Finding[] {
  if (origin === new URL(publicUrl).origin) return findings
  const own = otherAddress(publicUrl, origin + basePathOf(publicUrl))
  const isThere = findings.some((finding) => finding.id === id)
  return isThere
    ? findings.map((finding) => (finding.id === id ? own : finding))
    : [...findings, own]
}

function otherAddress(configured: string, opened: string): Finding {
  const found = { id, status: 'fail', who: 'developer', copy: configured } as const
  const open = `Open ${configured} instead.`
  if (loopback.test(new URL(opened).hostname)) {
    const reason = `The address bar says ${opened}, and the app is at ${configured}. Both are this machine, but a browser keeps their cookies apart, and Entra ID takes plain http for localhost alone.`
    return { ...found, reason, next: open }
  }
  const reason = `The address bar says ${opened}, and the app is configured for ${configured}. A sign-in that begins here ends there, where the browser cannot prove that it began it.`
  const next = `${open} Or set publicUrl in aad.config.json to ${opened}, and register its redirect URI.`
  return { ...found, reason, next }
}
