/** The redirect URI: whether Entra would redirect a browser there. */
import { type Config, registrationLink } from '../../config/index.ts'
import { aadstsNumber } from '../../entra/index.ts'
import { explainNetworkFailure, type NetworkFailure } from '../../outgoing/index.ts'
import { type Check, fail, type Finding, pass, unknown, warn } from '../check.ts'
import { httpGet } from '../http.ts'

export const redirectUri: Check = {
  id: 'redirect-uri',
  async run({ config }) {
    const { host } = new URL(config.authority)
    const facts = await fetchFacts(config).catch((error: unknown) =>
      explainNetworkFailure(error, host),
    )
    return [redirectFinding(config, facts)]
  },
}

interface RedirectFacts {
  /** Whether Entra would redirect a browser there. */
  registered: boolean | undefined
  /** The number that its page shows instead. */
  aadsts: number | undefined
}

/**
 * Asks the authorize endpoint as a signed-out browser that wants no page (`prompt=none`). Entra redirects
 * it to a registered address at once, with an error, and shows its own page for any other.
 *
 * @throws if there is no answer
 */
async function fetchFacts(config: Config): Promise<RedirectFacts> {
  const query = new URLSearchParams({
    client_id: config.clientId,
    redirect_uri: config.redirectUri,
    response_type: 'code',
    response_mode: 'query',
    scope: 'openid',
    prompt: 'none',
    state: 'doctor',
    nonce: 'doctor',
    // A reader of the requests, such as those of the local tenant, then knows what it is.
    'x-client-SKU': 'gatehouse-doctor',
  })
  const url = `${config.authority}/${config.tenant}/oauth2/v2.0/authorize?${query.toString()}`
  const { location, text } = await httpGet(url, 512 * 1024, config.proxy)
  if (location.startsWith(`${config.redirectUri}?`)) return { registered: true, aadsts: undefined }
  const aadsts = aadstsNumber(/AADSTS\d{4,8}/.exec(text)?.[0])
  return { registered: aadsts === 50011 ? false : undefined, aadsts }
}

const authenticationPage = 'App registrations > (the app) > Authentication'

/** @param facts why the authority does not answer; undefined if that is not known */
export function redirectFinding(
  config: Config,
  facts: RedirectFacts | NetworkFailure | undefined,
): Finding {
  const id = 'redirect-uri'
  const { redirectUri: uri } = config
  if (facts && 'kind' in facts) {
    return unknown(id, `Whether ${uri} is registered could not be asked: ${facts.sentence}.`)
  }
  if (facts?.registered) return pass(id, `${uri} is registered.`)
  if (facts?.registered === false) {
    const reason = `${uri}, which the app sends, is not registered (AADSTS50011).`
    const next = `Add ${uri} as a redirect URI of type Web: ${authenticationPage}.`
    return {
      ...fail(id, reason, next, 'owner'),
      copy: uri,
      link: registrationLink(config, 'Authentication'),
    }
  }
  if (facts?.aadsts === 700016) {
    const reason = 'This tenant has no app with this clientId (AADSTS700016).'
    return fail(id, reason, 'Compare clientId and tenant with the Overview page of the app.')
  }
  const said = facts?.aadsts === undefined ? 'no clear answer' : `AADSTS${facts.aadsts}`
  const reason = `Whether ${uri} is registered could not be told (${said}).`
  const compare = `Compare it with ${authenticationPage}.`
  return {
    ...warn(id, reason, compare, 'owner'),
    copy: uri,
    link: registrationLink(config, 'Authentication'),
  }
}
