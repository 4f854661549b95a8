/** The authority: whether it answers for this tenant, which issuer it names, and what time it has. */
import { type Config, issuerFor } from '../../config/index.ts'
import { createEntraNetwork, EntraError, readMetadata } from '../../entra/index.ts'
import { withoutProxy } from '../../outgoing/index.ts'
import { type Check, fail, type Finding, pass, unknown, warn } from '../check.ts'

/** Three findings of one answer: `authority`, `issuer` and `clock`. */
export const authority: Check = {
  id: 'authority',
  others: ['issuer', 'clock'],
  async run({ config }) {
    return authorityFindings(config, await fetchFacts(config).catch(asEntraError))
  },
}

interface AuthorityFacts {
  /** The issuer in the discovery document; undefined if there is none. */
  issuer: string | undefined
  /** How far our clock is ahead of the authority's, ms; undefined if the answer had no date. */
  clockAheadMs: number | undefined
}

function documentUrl(config: Config): string {
  return `${config.authority}/${config.tenant}/v2.0/.well-known/openid-configuration`
}

/** Fetches the discovery document. @throws EntraError if there is no usable answer */
async function fetchFacts(config: Config): Promise<AuthorityFacts> {
  const network = createEntraNetwork(config.proxy)
  try {
    const answer = await network.get(documentUrl(config))
    const { issuer } = readMetadata(answer, { authority: config.authority, issuer: undefined })
    const date = Date.parse(answer.headers['date'] ?? '')
    // The machine's own clock is what is checked, so it is not the clock of the context.
    return { issuer, clockAheadMs: Number.isNaN(date) ? undefined : Date.now() - date }
  } finally {
    await network.close()
  }
}

function asEntraError(error: unknown): EntraError {
  if (error instanceof EntraError) return error
  throw error
}

/** @param facts the error if there is no usable document */
export function authorityFindings(config: Config, facts: AuthorityFacts | EntraError): Finding[] {
  if (facts instanceof EntraError) {
    return [noDocument(config, facts), noIssuer, unknown('clock', 'The tenant did not answer.')]
  }
  if (!facts.issuer) return [noDocument(config), noIssuer, clockFinding(facts.clockAheadMs)]
  const answers = pass('authority', `${config.authority} answers${through(config)}.`)
  return [answers, issuerFinding(config, facts.issuer), clockFinding(facts.clockAheadMs)]
}

const noIssuer = unknown('issuer', 'The tenant gave no document that names it.')

function noDocument(config: Config, error?: EntraError): Finding {
  const copy = documentUrl(config)
  if (error?.network) {
    const { sentence, next } = error.network
    return { ...fail('authority', `${sentence}${through(config)}.`, next), copy }
  }
  const said = error?.httpStatus === undefined ? '' : ` (status ${error.httpStatus})`
  const reason = `${config.authority} gives no document for this tenant${said}.`
  const next = `Open ${copy} from this machine; then compare tenant and authority in aad.config.json.`
  return { ...fail('authority', reason, next), copy }
}

/** The proxy that requests to Microsoft go through, without its credentials. */
function through({ proxy, authority: asked }: Config): string {
  if (proxy.url === undefined || withoutProxy(proxy)(new URL(asked))) return ''
  return `, asked through the proxy ${new URL(proxy.url).host} of HTTPS_PROXY`
}

function issuerFinding(config: Config, named: string): Finding {
  const expected = issuerFor(config)
  if (named === expected) return pass('issuer', `It is ${named}.`)
  const reason = `The authority names ${named}, and ${expected} was expected.`
  const copy = `"issuer": "${named}"`
  const next = `If this is the service that you mean, set ${copy} in aad.config.json.`
  return { ...(config.issuer ? fail : warn)('issuer', reason, next), copy }
}

const clockToleratedMs = 2 * 60_000
const clockRefusedMs = 5 * 60_000

function clockFinding(aheadMs: number | undefined): Finding {
  if (aheadMs === undefined) {
    return unknown('clock', 'The authority does not say what time it is.')
  }
  const seconds = Math.round(Math.abs(aheadMs) / 1000)
  const side = aheadMs > 0 ? 'ahead of' : 'behind'
  const reason = `This machine’s clock is ${seconds} s ${side} the authority’s.`
  const next = 'Set the clock right, by NTP.'
  if (Math.abs(aheadMs) > clockRefusedMs) return fail('clock', reason, next)
  return Math.abs(aheadMs) > clockToleratedMs
    ? warn('clock', reason, next)
    : pass('clock', 'This machine’s clock and the authority’s agree.')
}
