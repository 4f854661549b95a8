import type { Diagnosis, Finding } from '@gatehouse/contract/doctor'
import { addressWords, checkWords, words } from './words.ts'
import { basePathOf, isThisMachine } from '@gatehouse/contract/paths'

/** The report to copy for support: the JSON of `npm run doctor -- --json`, with the time and the origin. */
export function reportOf(findings: readonly Finding[], origin: string, checkedAt: number): string {
  const ok = findings.every(({ status }) => status !== 'fail')
  const at = new Date(checkedAt).toISOString()
  return JSON.stringify({ ok, checkedAt: at, browser: origin, findings }, null, 2)
}

/** The name of a check, or its id if a newer back end has checks that this page does not know. */
export function nameOf({ id }: Finding): string {
  return Object.hasOwn(checkWords, id) ? (checkWords[id] ?? id) : id
}

export function withStatus(findings: readonly Finding[], status: Finding['status']): Finding[] {
  return findings.filter((finding) => finding.status === status)
}

/** "13 checks: 1 failed, 2 warnings, 1 not checked." */
export function sumOf(findings: readonly Finding[]): string {
  const count = (status: Finding['status']) => withStatus(findings, status).length
  return words.sum(findings.length, count('fail'), count('warn'), count('unknown'))
}

const id = 'address-bar'

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

/** The server speaks English; the page's own finding is in the language of the page. */
export function languageOf(finding: Finding): 'en' | undefined {
  return 'isOfPage' in finding ? undefined : 'en'
}

function otherAddress(configured: string, here: string): Finding {
  const found = { id, status: 'fail', who: 'developer', copy: configured, isOfPage: true } as const
  const names = [new URL(here).hostname, new URL(configured).hostname]
  if (names[0] !== names[1] && names.every(isThisMachine)) {
    const reason = addressWords.reasonOnThisMachine(here, configured)
    return { ...found, reason, next: addressWords.openInstead(configured) }
  }
  const reason = addressWords.reason(here, configured)
  return { ...found, reason, next: addressWords.orConfigure(configured, here) }
}
