/** The answers that a signed-in user gets in a scenario, in the form of docs/local-tenant.md. */
import type { Problem } from '@gatehouse/contract/problem'
import type { Users } from '@gatehouse/shared/users'
import { setScenario, type Answer, type Browser } from '@gatehouse/tenant/testing'
import type { Gatehouse } from '@gatehouse/test-support/gatehouse'
import { problemPageCode } from './refused-sign-in.ts'

/**
 * Sets the scenario for all users, requests the list of users twice, signs in again, and clears it.
 *
 * @param user a user name that no other test uses
 * @returns the expected content of the cell "API answer"
 */
export async function runScenario(gatehouse: Gatehouse, id: string, user: string): Promise<string> {
  const browser = await signedIn(gatehouse, user)
  const clear = await setScenario(gatehouse.tenant, id)
  try {
    // One after the other: a sign-in grants again the consent that a scenario took back.
    const users = await askTwice(() => browser.get('/api/users'), id)
    const signIn = await signInAgain(gatehouse, user)
    const photos = id === 'graph-photos-fail' && `photos: ${await photoOfAUser(gatehouse, user)}`
    const restarted = id.startsWith('discovery-') && (await afterRestart(gatehouse))
    // If the list still works and the sign-in fails, only the sign-in is reported.
    const told = users === '`200`' && signIn ? undefined : users
    return [told, signIn, photos, restarted].filter(Boolean).join('; ')
  } finally {
    await clear()
  }
}

async function signedIn(gatehouse: Gatehouse, user: string): Promise<Browser> {
  const browser = gatehouse.browser()
  const { location } = await browser.signIn({ user })
  if (location !== '/') throw new Error(`Sign-in led to ${location}`)
  return browser
}

/** The answer has to be the same the second time: a row has only one. */
async function askTwice(ask: () => Promise<Answer>, id: string): Promise<string> {
  const first = inWords(await ask(), id)
  const second = inWords(await ask(), id)
  return first === second ? first : `${first}, then ${second}`
}

function inWords({ status, headers, json }: Answer, id: string): string {
  if (status === 200) return '`200`'
  const { code, reason } = json() as Problem
  const retryAfter = headers['retry-after'] && secondsOf(Number(headers['retry-after']), id)
  return [
    `\`${status} ${code}\``,
    reason && `\`${reason}\``,
    retryAfter && `Retry-After ${retryAfter}`,
  ]
    .filter(Boolean)
    .join(', ')
}

/** A date in a header comes nearer while the answer is under way. */
function secondsOf(seconds: number, id: string): number {
  return id === 'graph-throttled-date' ? Math.ceil(seconds / 10) * 10 : seconds
}

/** @returns undefined if it works */
async function signInAgain(gatehouse: Gatehouse, user: string): Promise<string | undefined> {
  const browser = gatehouse.browser()
  const callback = await browser.callbackFrom(await browser.startSignIn(), { user }).catch(shown)
  if (callback === undefined) return 'sign-in: stays at the tenant'
  const answer = await browser.send(callback)
  const code = problemPageCode(answer)
  if (code !== undefined) return `sign-in: \`${code}\``
  const me = await browser.get('/api/me')
  return me.status === 200 ? undefined : `sign-in: ${answer.status}, then ${me.status}`
}

/** @throws Error if the tenant did anything other than show its page about this user again */
function shown(error: Error): undefined {
  if (!error.message.startsWith('The tenant keeps on asking')) throw error
}

async function photoOfAUser(gatehouse: Gatehouse, user: string): Promise<string> {
  const browser = await signedIn(gatehouse, user)
  const { users } = (await browser.get('/api/users')).json() as Users
  const [first] = users
  return inWords(await browser.get(`/api/users/${first?.id ?? ''}/photo`), '')
}

/** The first answer to a sign-in after a restart of the app. */
async function afterRestart(gatehouse: Gatehouse): Promise<string> {
  await gatehouse.restart()
  const { status, headers } = await gatehouse.browser().get('/auth/sign-in')
  const page = /^0; url=(\S+)$/.exec(String(headers['refresh']))?.[1] ?? ''
  const code = new URL(page, gatehouse.publicUrl).searchParams.get('code')
  return `after a restart, sign-in: \`${status} ${code ?? ''}\``
}
