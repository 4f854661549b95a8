/** Acts as the user: signs in on the tenant's pages over HTTP, as a browser without scripts does. */

export interface SignInOptions {
  /** User name or object id; default: the first user that the tenant offers. */
  user?: string
  /** Presses Cancel instead. */
  cancel?: boolean
  /** Cookies of an earlier sign-in in the same browser; kept up to date. */
  cookies?: Map<string, string>
}

/**
 * @param authorizeUrl the address that the application sent the browser to
 * @returns the address, with `code` or `error`, that the tenant sends the browser back to
 * @throws Error if the tenant shows an error page
 */
export async function signInAtTenant(
  authorizeUrl: string,
  options: SignInOptions = {},
): Promise<{ location: string }> {
  const { user, cancel = false, cookies = new Map<string, string>() } = options
  let answer = await send(authorizeUrl, cookies)
  let text = ''
  // At most: sign-in, step-up, then consent or the need for approval.
  for (let page = 0; page < 5; page += 1) {
    const location = answer.headers.get('location')
    if (location) return { location }
    text = await answer.text()
    const fields = cancel ? { cancel: '1' } : nextFields(text, user)
    if (!answer.ok || !fields) throw new Error(`The tenant shows a page instead: ${words(text)}`)
    answer = await send(authorizeUrl, cookies, fields)
  }
  throw new Error(`The tenant keeps on asking: ${words(text)}`)
}

export interface DeviceSignInOptions extends SignInOptions {
  /** The address at which the code is entered. */
  verificationUri: string
  userCode: string
}

/**
 * Acts as the user of a device sign-in: enters the code, signs in, and consents or cancels.
 *
 * @returns the text of the last page
 * @throws Error if the tenant does not take the code, or shows an error page
 */
export async function approveDeviceCode(options: DeviceSignInOptions): Promise<string> {
  const { verificationUri, userCode, cookies = new Map<string, string>(), ...rest } = options
  const entered = await send(verificationUri, cookies, { user_code: userCode })
  const authorizeUrl = entered.headers.get('location')
  if (!authorizeUrl) throw new Error(`The tenant takes no code: ${words(await entered.text())}`)
  const { location } = await signInAtTenant(authorizeUrl, { ...rest, cookies })
  const last = await send(location, cookies)
  const text = words(await last.text())
  if (last.ok) return text
  throw new Error(`The tenant shows a page instead: ${text}`)
}

async function send(
  url: string,
  cookies: Map<string, string>,
  fields?: Record<string, string>,
): Promise<Response> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await fetch(url, {
    redirect: 'manual',
    headers: cookie ? { cookie } : {},
    ...(fields ? { method: 'POST', body: new URLSearchParams(fields) } : {}),
  })
  for (const header of answer.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? []
    cookies.set(name, value)
  }
  return answer
}

/** The button to press: the one that goes on, if there is one, else a user. Undefined on a page with neither. */
function nextFields(page: string, user: string | undefined): Record<string, string> | undefined {
  const onward = /<button[^>]*name="(accept|confirm|return)"/.exec(page)?.[1]
  const offered = valueOf(page, onward === undefined ? 'button' : 'input')
  if (onward !== undefined) return { ...(offered ? { user: offered } : {}), [onward]: '1' }
  if (offered === undefined && !page.includes('name="q"')) return undefined
  if (user === undefined) return offered === undefined ? undefined : { user: offered }
  return user.includes('@') ? { q: user } : { user }
}

function valueOf(page: string, element: string): string | undefined {
  return new RegExp(`<${element}[^>]*name="user" value="([^"]+)"`).exec(page)?.[1]
}

function words(page: string): string {
  const main = /<main[^>]*>(.*)<\/main>/s.exec(page)?.[1] ?? page
  return main
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300)
}
