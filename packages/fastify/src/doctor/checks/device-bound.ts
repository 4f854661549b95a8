/** Whether sessions can be bound to their device here: browsers and app need headers that a proxy may take away. */
import { auth } from '@gatehouse/contract/paths'
import type { Config } from '../../config/index.ts'
import { doctorChallenge, doctorSession } from '../../device/headers.ts'
import { isObject, parseJson } from '../../json.ts'
import { explainNetworkFailure } from '../../outgoing/index.ts'
import { type Check, fail, type Finding, pass, unknown, warn } from '../check.ts'
import { httpPost } from '../http.ts'

const id = 'device-bound'

export const deviceBound: Check = {
  id,
  run: async ({ config }) => [await askForProof(config)],
}

type Answer = Awaited<ReturnType<typeof httpPost>>

/** @param post for tests */
export async function askForProof(config: Config, post = httpPost): Promise<Finding> {
  const { publicUrl, proxy, session } = config
  if (!publicUrl.startsWith('https:')) {
    const reason = `${publicUrl} is http, and browsers bind sessions to their device on https only. In development, that is fine.`
    return unknown(id, reason)
  }
  if (session.deviceBound === 'off') {
    const reason = 'session.deviceBound is "off": a copied cookie opens its session on any device.'
    return unknown(id, reason)
  }
  const url = publicUrl + auth.deviceRefresh
  const headers = {
    origin: new URL(publicUrl).origin,
    'sec-secure-session-id': doctorSession,
    'secure-session-response': doctorSession,
  }
  try {
    return answerFinding(config, await post(url, headers, 64 * 1024, proxy))
  } catch (error) {
    const { host } = new URL(publicUrl)
    const why = explainNetworkFailure(error, host)
    const reason = why ? `: ${why.sentence}` : ''
    return unknown(id, `Not checked: nothing answers at ${publicUrl} from here${reason}.`)
  }
}

function answerFinding({ publicUrl, session }: Config, answer: Answer): Finding {
  const { headers } = answer
  switch (codeOf(answer)) {
    case 'device_proof_required':
      if (headers['secure-session-challenge'] !== doctorChallenge) {
        const reason = `A proxy in front keeps Secure-Session-Challenge from browsers, or changes it. ${soon}`
        return fail(id, reason, passOn('answers'))
      }
      if (headers['secure-session-registration'] !== doctorSession) {
        const reason =
          'A proxy in front keeps Secure-Session-Registration from browsers, or changes it. No session is bound to its device.'
        // Elsewhere people go on without.
        const bad = session.deviceBound === 'required' ? fail : warn
        return bad(id, reason, passOn('answers'))
      }
      return pass(id, `What browsers need to bind sessions to their device passes at ${publicUrl}.`)
    case 'invalid_request':
    case 'cross_site': {
      const reason = `A proxy in front keeps Sec-Secure-Session-Id, Secure-Session-Response or Origin from the app, or changes it. ${soon}`
      return fail(id, reason, passOn('requests'))
    }
    // This and the next are no failures: before its first deployment, no app of this version runs.
    case 'not_found': {
      const reason = `The app that runs at ${publicUrl} binds no sessions: it is of an older version, or session.deviceBound is "off" there.`
      return warn(id, reason, 'Start this version there, with this configuration, and check again.')
    }
    default: {
      const reason = `Something in front of the app answers in its place at ${publicUrl}${auth.deviceRefresh}: ${inWords(answer)}. ${soon}`
      const next = `Let each proxy pass POST requests for ${auth.device} and below on to the app, with no redirect, sign-in page, filter or rate limit of its own.`
      return warn(id, reason, next)
    }
  }
}

/** A browser that registers, and cannot refresh, loses its key. */
const soon = 'Sessions are not bound to their device, or people lose them after some minutes.'

const passOn = (where: 'requests' | 'answers') =>
  `Let each proxy pass the headers Secure-Session-* and Sec-Secure-Session-* of ${where} on as they come.`

/** The code of a problem of this app; empty for what another server says. */
function codeOf({ headers, text }: Answer): string {
  if (!headers['content-type']?.startsWith('application/problem+json')) return ''
  const problem = parseJson(text)
  return isObject(problem) && typeof problem['code'] === 'string' ? problem['code'] : ''
}

function inWords({ status, location }: Answer): string {
  if (!URL.canParse(location)) return `status ${status}`
  return `status ${status}, to ${new URL(location).origin}`
}
