/**
 * `GET /auth/admin-consent`: the page for an administrator who comes back from consent for the whole
 * organisation. It signs no one in and changes nothing. Anyone can write such a link, so the page says what
 * Microsoft's answer claims, where that can be checked, and repeats nothing that it does not know.
 *
 * https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { auth, pages } from '@gatehouse/contract/paths'
import { permissionText } from '@gatehouse/contract/permission-words'
import { type Static, Type } from 'typebox'
import { scopeName } from '../../config/index.ts'
import { type HtmlPage, sendHtmlPage } from '../../html-page.ts'
import type { AuthContext } from '../context.ts'
import { redirect303 } from '../redirects.ts'
import { adminConsentUrl } from './problem.ts'
import { adminConsent as words } from './words.ts'

const Word = Type.Optional(Type.String({ maxLength: 100 }))

/** Each at most once. Entra adds others, with words that are not read. */
export const AdminConsentQuery = Type.Object(
  {
    admin_consent: Word,
    tenant: Word,
    scope: Type.Optional(Type.String({ maxLength: 4096 })),
    error: Word,
  },
  { maxProperties: 32 },
)

type Answer = Static<typeof AdminConsentQuery>

/**
 * Links that the portal makes lead to the redirect URI of sign-ins. A sign-in of this app always has a
 * state; an answer to a consent says so, names the tenant, or has none.
 */
export function isAdminConsent(query: Readonly<Record<string, unknown>>): boolean {
  const { admin_consent: consent, tenant, error, code, state } = query
  if (code !== undefined) return false
  // An answer to a sign-in never names the tenant.
  if (consent !== undefined || tenant !== undefined) return true
  return state === undefined && error !== undefined
}

/** Leads from the callback to the page, with what the page reads. */
export function redirectToAdminConsent(
  reply: FastifyReply,
  answer: Readonly<Record<string, unknown>>,
): FastifyReply {
  const query = new URLSearchParams()
  for (const name of ['admin_consent', 'tenant', 'scope', 'error'] as const) {
    const value = answer[name]
    if (typeof value === 'string') query.set(name, value)
  }
  return redirect303(reply, `${auth.adminConsent}?${query.toString()}`)
}

export function adminConsent(
  { authority, registration, scopes }: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer,
): FastifyReply {
  const isApproved = answer.error === undefined && answer.admin_consent?.toLowerCase() === 'true'
  request.log.info({ event: 'admin_consent', approved: isApproved }, 'An administrator came back')
  if (!isApproved) {
    const again = adminConsentUrl({ authority, ...registration, scopes })
    return sendHtmlPage(reply, notApproved(answer.error, again))
  }
  const isOurs = answer.tenant === undefined || mayBeOurs(answer.tenant, registration)
  if (!isOurs) return sendHtmlPage(reply, otherOrganisation)
  return sendHtmlPage(reply, approved(knownScopes(answer.scope, scopes)))
}

const onwards = { label: words.open, href: pages.home }

function approved(permissions: readonly string[]): HtmlPage {
  return {
    title: words.approvedTitle,
    text: [words.approved, words.check, ...(permissions.length > 0 ? [words.permissions] : [])],
    list: permissions.map((name) => words.permission(permissionText(name), name)),
    action: onwards,
  }
}

/** A refusal of the administrator is one of these; any other error is a failure. */
const refusals = new Set(['access_denied', 'consent_required', 'permission_denied'])

/** @param again where the administrator can try again */
function notApproved(error: string | undefined, again: string): HtmlPage {
  if (error !== undefined && refusals.has(error)) {
    return {
      title: words.declinedTitle,
      text: [words.declined, words.check],
      action: onwards,
    }
  }
  const action = { label: words.again, href: again }
  return { title: words.failedTitle, text: [words.failed, words.check], action }
}

const otherOrganisation: HtmlPage = {
  title: words.otherTitle,
  text: [words.other, words.check],
  action: onwards,
}

/** Whether people of a tenant may sign in. The name of a tenant in the configuration is no id to compare. */
function mayBeOurs(
  id: string,
  { tenant, allowedTenants }: { tenant: string; allowedTenants: readonly string[] | undefined },
): boolean {
  const isSame = (other: string) => other.toLowerCase() === id.toLowerCase()
  if (tenant !== 'organizations') return isSame(tenant)
  return allowedTenants === undefined || allowedTenants.some(isSame)
}

/** Of the permissions in the answer, those that this app asks for, by its own names. */
function knownScopes(scope: string | undefined, own: readonly string[]): string[] {
  const named = new Set((scope ?? '').split(' ').map(scopeName))
  return own.filter((name) => named.has(scopeName(name)))
}
