/**
 * `GET /auth/admin-consent`: the page for an administrator who comes back from consent for the whole
 * organisation. It signs no one in and changes nothing. Anyone can write such a link, so the page says what
 * Microsoft's answer claims, where that can be checked, and repeats nothing that it does not know.
 *
 * https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { auth, pages } from '@gatehouse/contract/paths'
import { type Static, Type } from 'typebox'
import { type HtmlPage, sendHtmlPage } from '../../html-page.ts'
import type { AuthContext } from '../context.ts'
import { redirect303 } from '../redirects.ts'

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
 * state; an answer to a consent says so, or has none.
 */
export function isAdminConsent(query: Readonly<Record<string, unknown>>): boolean {
  const { admin_consent: consent, tenant, error, code, state } = query
  if (code !== undefined) return false
  if (consent !== undefined) return true
  return state === undefined && (tenant !== undefined || error !== undefined)
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
  { registration, scopes }: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer,
): FastifyReply {
  const isApproved = answer.error === undefined && answer.admin_consent?.toLowerCase() === 'true'
  request.log.info({ event: 'admin_consent', approved: isApproved }, 'An administrator came back')
  if (!isApproved) return sendHtmlPage(reply, declined(answer.error))
  const isOurs = answer.tenant === undefined || mayBeOurs(answer.tenant, registration)
  if (!isOurs) return sendHtmlPage(reply, otherOrganisation)
  return sendHtmlPage(reply, approved(knownScopes(answer.scope, scopes)))
}

const check =
  'This page cannot check it: the Entra admin center shows what is granted, under Enterprise applications > (the app) > Permissions.'
const onwards = { label: 'Open the app', href: pages.home }

function approved(permissions: readonly string[]): HtmlPage {
  return {
    title: 'This app is approved for your organisation',
    text: [
      'Microsoft sent you back with this answer. People of your organisation can sign in now without asking you.',
      check,
      ...(permissions.length > 0 ? ['Permissions in the answer:'] : []),
    ],
    list: permissions,
    action: onwards,
  }
}

/** A refusal of the administrator is one of these; any other error is a failure. */
const refusals = new Set(['access_denied', 'consent_required', 'permission_denied'])

function declined(error: string | undefined): HtmlPage {
  if (error !== undefined && refusals.has(error)) {
    return {
      title: 'This app was not approved',
      text: [
        'Microsoft sent you back with this answer: the request was declined or cancelled. Nothing was granted by it.',
        check,
      ],
      action: onwards,
    }
  }
  return {
    title: 'The approval did not work',
    text: [
      'Microsoft sent you back without an approval. Nothing was granted by it. Open the link again; if it keeps happening, tell the developer of this app.',
      check,
    ],
    action: onwards,
  }
}

const otherOrganisation: HtmlPage = {
  title: 'This app is for another organisation',
  text: [
    'Microsoft’s answer names an organisation whose people cannot sign in here. An approval there changes nothing for this app.',
    check,
  ],
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
  const named = new Set((scope ?? '').split(' ').map((name) => name.toLowerCase()))
  const lasts = new Set([...named].map(last))
  return own.filter((name) => named.has(name.toLowerCase()) || lasts.has(last(name)))
}

/** `User.Read` for `https://graph.microsoft.com/User.Read`. */
function last(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).toLowerCase()
}
