/** A generated user, with a browser of their own. */
import { people, signInAtTenant, type TenantUser } from '../packages/tenant/src/testing/index.ts'
import type { TlsTenant } from './tls-tenant.ts'

export interface Person {
  user: TenantUser
  /** Those of the tenant. */
  cookies: Map<string, string>
}

/** @param place in the tenant's list of users: one for each test */
export function personOf({ tenant }: TlsTenant, place: number): Person {
  return { user: people(tenant).at(place), cookies: new Map<string, string>() }
}

/** Signs in where a client sent the browser. @returns where the tenant sends it back to */
export async function signInWith({ user, cookies }: Person, url: string): Promise<URL> {
  const { location } = await signInAtTenant(url, { user: user.userPrincipalName, cookies })
  return new URL(location)
}

/** Opens an address of the tenant's and presses nothing. @returns where it leads */
export async function follow({ cookies }: Person, url: string): Promise<string | null> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await fetch(url, { headers: { cookie }, redirect: 'manual' })
  return answer.headers.get('location')
}

/** Whether the tenant knows this browser: asked by a client's own authorize URL, without a page. */
export async function isSignedIn(person: Person, authorizeUrl: string): Promise<boolean> {
  const url = new URL(authorizeUrl)
  url.searchParams.set('prompt', 'none')
  const back = new URL((await follow(person, url.href)) ?? '')
  if (back.searchParams.get('error') === 'login_required') return false
  return back.searchParams.has('code')
}
