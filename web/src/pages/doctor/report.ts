import type { Finding } from '@gatehouse/shared/doctor'

/** What is copied for whoever is asked for help: JSON like that of `npm run doctor -- --json`, and where and when. */
export function reportOf(findings: readonly Finding[], origin: string, checkedAt: number): string {
  const ok = findings.every(({ status }) => status !== 'fail')
  const at = new Date(checkedAt).toISOString()
  return JSON.stringify({ ok, checkedAt: at, browser: origin, findings }, null, 2)
}
