/** A generated user with the cookies of a browser. */

import { people, signInAtTenant, type TenantUser } from '../packages/tenant/src/testing/index.ts'
import type { TlsTenant } from './tls-tenant.ts'

export interface Person {
  user: TenantUser
  /** The cookies of the tenant. */
  cookies: Map<string, string>
}

/** @param place in the tenant's list of users: one for each test */
export function personOf({ tenant }: TlsTenant, place: number): Person {
  return { user: people(tenant).at(place), cookies: new Map<string, string>() }
}

/** Signs in at the address that a client sent the browser to. @returns the address of the redirect back */
export async function signInWith({ user, cookies }: Person, url: string): Promise<URL> {
  const { location } = await signInAtTenant(url, { user: user.userPrincipalName, cookies })
  return new URL(location)
}

/** Opens an address of the tenant. @returns the address of its redirect */
export async function follow({ cookies }: Person, url: string): Promise<string | null> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await fetch(url, { headers: { cookie }, redirect: 'manual' })
  return answer.headers.get('location')
}

/** Whether the browser is signed in at the tenant: sends a client's authorize URL with `prompt=none`. */
export async function isSignedIn(person: Person, authorizeUrl: string): Promise<boolean> {
  const url = new URL(authorizeUrl)
  url.searchParams.set('prompt', 'none')
  const back = new URL((await follow(person, url.href)) ?? '')
  if (back.searchParams.get('error') === 'login_required') return false
  return back.searchParams.has('code')
}
