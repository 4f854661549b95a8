import type { Diagnosis, Finding } from '@gatehouse/shared/doctor'

const id = 'address-bar'
const loopback = /^(?:127(?:\.\d+){3}|\[::1\])$/

/**
 * What was found, with what only the browser knows: how its address bar differs from `publicUrl`.
 * A proxy may hide that from the server.
 *
 * @param origin of the page, as `location.origin` has it
 */
export function withAddressBar({ publicUrl, findings }: Diagnosis, origin: string): Finding[] {
  const configured = new URL(publicUrl).origin
  if (origin === configured) return findings
  const own = otherAddress(configured, origin)
  const isThere = findings.some((finding) => finding.id === id)
  return isThere
    ? findings.map((finding) => (finding.id === id ? own : finding))
    : [...findings, own]
}

function otherAddress(configured: string, origin: string): Finding {
  const found = { id, status: 'fail', who: 'developer', copy: configured } as const
  const open = `Open ${configured} instead.`
  if (loopback.test(new URL(origin).hostname)) {
    const reason = `The address bar says ${origin}, and the app is at ${configured}. Both are this machine, but a browser keeps their cookies apart, and Entra ID takes plain http for localhost alone.`
    return { ...found, reason, next: open }
  }
  const reason = `The address bar says ${origin}, and the app is configured for ${configured}. A sign-in that begins here ends there, where the browser cannot prove that it began it.`
  const next = `${open} Or set publicUrl in aad.config.json to ${origin}, and register its redirect URI.`
  return { ...found, reason, next }
}
