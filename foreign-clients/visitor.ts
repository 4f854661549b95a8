/**
 * A user with a browser that has no scripts: keeps cookies of all hosts, follows redirects between the application and
 * the tenant, and presses the buttons on the tenant's pages.
 */

import { people, type TenantUser } from '../packages/tenant/src/testing/index.ts'
import type { TlsTenant } from './tls-tenant.ts'

export interface Visitor {
  user: TenantUser
  /** By host name: cookies do not know ports (RFC 6265, section 8.5). */
  cookies: Map<string, Map<string, string>>
}

/** The last answer, which is no redirect and no page of the tenant. */
export interface Visit {
  url: URL
  status: number
  text: string
  /** The addresses on the way, without the last one. */
  way: URL[]
  /** Throws Error with the text, if it is no JSON. */
  json(): Record<string, unknown>
}

/** @param place in the tenant's list of users: one for each test */
export function visitorOf({ tenant }: TlsTenant, place: number): Visitor {
  return { user: people(tenant).at(place), cookies: new Map() }
}

interface Form {
  action: string
  fields: Record<string, string>
}

/**
 * Opens an address, and goes on until there is nothing left to follow or to press.
 *
 * @param form is posted first
 * @throws Error if it takes more than twenty steps
 */
export async function visit(
  visitor: Visitor,
  url: string,
  form?: Record<string, string>,
): Promise<Visit> {
  const way: URL[] = []
  let at = new URL(url)
  let fields = form
  for (let step = 0; step < 20; step += 1) {
    const answer = await send(visitor, at, fields)
    const location = answer.headers.get('location')
    const text = await answer.text()
    const next: Form | undefined = location
      ? { action: location, fields: {} }
      : nextForm(text, visitor.user)
    if (!next) {
      const { status } = answer
      return { url: at, status, text, way, json: () => parse(text, at, status) }
    }
    way.push(at)
    fields = location ? undefined : next.fields
    at = new URL(next.action, at)
  }
  throw new Error(`It takes too many steps: ${way.map(({ href }) => href).join(' ')}`)
}

function parse(text: string, { href }: URL, status: number): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch (cause) {
    const words = text.replace(/<(style|script).*?<\/\1>|<[^>]+>|\s+/gs, ' ').trim()
    throw new Error(`${href} answers ${status}: ${words}`, { cause })
  }
}

/** The headers of a browser that is where it is. */
async function send(
  { cookies }: Visitor,
  url: URL,
  fields: Record<string, string> | undefined,
): Promise<Response> {
  const jar = cookies.get(url.hostname) ?? new Map<string, string>()
  cookies.set(url.hostname, jar)
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await fetch(url, {
    redirect: 'manual',
    headers: { accept: 'text/html', ...(cookie && { cookie }) },
    ...(fields && { method: 'POST', body: new URLSearchParams(fields) }),
  })
  for (const line of answer.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (isOver(line)) jar.delete(name)
    else jar.set(name, value)
  }
  return answer
}

function isOver(line: string): boolean {
  const age = /;\s*max-age=(-?\d+)/i.exec(line)?.[1]
  if (age !== undefined) return Number(age) <= 0
  const expires = /;\s*expires=([^;]+)/i.exec(line)?.[1]
  return expires !== undefined && Date.parse(expires) < Date.now()
}

/** What a user of the page presses: the button that goes on, or the account. Undefined if there is neither. */
function nextForm(page: string, user: TenantUser): Form | undefined {
  const action = unescape(/<form method="post" action="([^"]*)"/.exec(page)?.[1])
  if (action === undefined) return undefined
  if (page.includes('document.forms[0].submit()')) return { action, fields: hiddenFields(page) }
  const onward = /<button[^>]*name="(accept|confirm)"/.exec(page)?.[1]
  if (onward) return { action, fields: { ...hiddenFields(page), [onward]: '1' } }
  if (page.includes('name="q"')) return { action, fields: { q: user.userPrincipalName } }
  if (page.includes(`value="${user.id}"`)) return { action, fields: { user: user.id } }
  return page.includes('name="other"') ? { action, fields: { other: '1' } } : undefined
}

function hiddenFields(page: string): Record<string, string> {
  const inputs = page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)
  return Object.fromEntries(
    [...inputs].map(([, name, value]) => [unescape(name), unescape(value)] as const),
  ) as Record<string, string>
}

function unescape(text: string | undefined): string | undefined {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' }
  return text
    ?.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCodePoint(parseInt(code, 16)))
    .replace(/&(amp|lt|gt|quot);/g, (_, name: string) => named[name] ?? '')
}
