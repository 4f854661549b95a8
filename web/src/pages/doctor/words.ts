import type { Finding } from '@gatehouse/shared/doctor'

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
  ['graph-host', 'Host of Microsoft Graph'],
  ['session-keys', 'Keys of the sessions'],
])

/** What was looked at, in words. A newer back end may look at more than this page knows. */
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
