/**
 * Why a request was refused, for people: the code and words of the answer, and the page of Microsoft that has the rule.
 * It is read from the answer itself, so that it is there for every rule and cannot differ from what the client got.
 */

import type { JournalEntry, RequestProblem } from '../journal.ts'

const platform = 'https://learn.microsoft.com/entra/identity-platform'

/** Where the rules behind AADSTS numbers are described, by the page. Other numbers: `https://login.microsoftonline.com/error`. */
const entraPages: readonly (readonly [page: string, numbers: readonly number[]])[] = [
  [`${platform}/reply-url`, [50011, 500112, 500113]],
  [
    `${platform}/v2-oauth2-auth-code-flow`,
    [54005, 700005, 70008, 501481, 501491, 501492, 9002325, 9002326, 9002327, 900144],
  ],
  [`${platform}/refresh-tokens`, [70043, 700082, 700084, 50173, 50089, 50132, 50133]],
  [`${platform}/v2-protocols-oidc`, [700051, 700054, 70005, 70007, 90002, 50194]],
  [
    'https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-aadsts50020-user-account-identity-provider-does-not-exist',
    [16000, 50020, 50034, 90072],
  ],
  [`${platform}/howto-convert-app-to-be-multi-tenant`, [700016, 7000229]],
  [`${platform}/scopes-oidc`, [70011, 28000, 500011, 650053, 650057]],
  [`${platform}/permissions-consent-overview`, [65001, 65004, 90094, 90095]],
  [`${platform}/certificate-credentials`, [50027, 700021, 700023, 700024, 700027]],
  [
    `${platform}/v2-oauth2-client-creds-grant-flow`,
    [7000215, 7000216, 7000218, 7000222, 700025, 82001],
  ],
  [
    'https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations',
    [70021, 700211, 700212, 700213],
  ],
  [`${platform}/v2-oauth2-device-code`, [70016, 70018, 70020]],
  [`${platform}/v2-oauth2-on-behalf-of-flow`, [50013, 500131]],
  [`${platform}/v2-oauth-ropc`, [50126]],
  [
    'https://learn.microsoft.com/entra/identity/authentication/howto-password-smart-lockout',
    [50053],
  ],
  [`${platform}/howto-add-app-roles-in-apps`, [50105]],
  [
    'https://learn.microsoft.com/entra/identity/conditional-access/overview',
    [50072, 50074, 50076, 50078, 50079, 50097, 50158, 53000, 53001, 53003, 530032],
  ],
]

const graph = 'https://learn.microsoft.com/graph'

/** Where errors of Graph are described, by the code. Other codes: the list of errors. */
const graphPages: Readonly<Record<string, string>> = {
  Authorization_RequestDenied: `${graph}/permissions-reference`,
  Authorization_IdentityNotFound: `${graph}/auth-v2-service`,
  ErrorAccessDenied: `${graph}/permissions-reference`,
  InvalidAuthenticationToken: `${graph}/resolve-auth-errors`,
  Request_UnsupportedQuery: `${graph}/aad-advanced-queries`,
  Request_BadRequest: `${graph}/query-parameters`,
  BadRequest: `${graph}/query-parameters`,
  TooManyRequests: `${graph}/throttling`,
  ServiceUnavailable: `${graph}/errors`,
  Directory_ExpiredPageToken: `${graph}/paging`,
  accessDenied: `${graph}/permissions-reference`,
  invalidRange: `${graph}/api/driveitem-createuploadsession`,
  invalidRequest: `${graph}/onedrive-addressing-driveitems`,
  nameAlreadyExists: `${graph}/api/resources/driveitem`,
  quotaLimitReached: `${graph}/api/resources/quota`,
}

/** Microsoft's page about a problem. */
export function sourceOf({ code }: RequestProblem): string {
  const number = Number(/^AADSTS(\d+)$/.exec(code)?.[1])
  if (Number.isNaN(number)) return graphPages[code] ?? `${graph}/errors`
  const known = entraPages.find(([, numbers]) => numbers.includes(number))
  return known?.[0] ?? `https://login.microsoftonline.com/error?code=${number}`
}

export interface Explanation extends RequestProblem {
  /** The address of Microsoft's page. */
  source: string
}

/** Undefined: the request was not refused. */
export function explain({ problem }: JournalEntry): Explanation | undefined {
  return problem && { ...problem, source: sourceOf(problem) }
}
