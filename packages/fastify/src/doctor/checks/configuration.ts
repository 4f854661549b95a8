/** The configuration: whether it is valid, and whether what it says about Graph fits together. */
import {
  cloudFor,
  type Config,
  type ConfigError,
  foreignGraphHost,
  lacksGraphVersion,
  isSameScope,
} from '../../config/index.ts'
import { type Check, fail, type Finding, pass, warn } from '../check.ts'

/** Checks run only with a valid configuration; for any other, `configFindings` is the diagnosis. */
export const configuration: Check = {
  id: 'config',
  run: ({ config }) => [
    pass('config', config.usesLocalTenant ? 'Valid. Using the local tenant.' : 'Valid.'),
  ],
}

/** One finding for each key that is wrong. */
export function configFindings({ problems }: ConfigError): Finding[] {
  return problems.map(({ key, message }) => {
    // The key of what is wrong with the file as a whole is its path.
    const [, rest] = /^the file (.*)$/.exec(message) ?? []
    return rest === undefined
      ? fail('config', `${key} ${message}.`, `Change ${key}, and run doctor again.`)
      : fail('config', `The file ${key} ${rest}.`, 'Correct the file, and run doctor again.')
  })
}

/** A scope that the sign-in does not request costs every user another consent later. */
export const scopes: Check = {
  id: 'scopes',
  run: ({ config }) => [scopeFinding(config)],
}

function scopeFinding({ scopes: asked, downstreamApis }: Config): Finding {
  const graph = downstreamApis['graph']?.scopes ?? []
  if (graph.length === 0) return pass('scopes', 'Graph is called with no scope of its own.')
  const missing = graph.filter((scope) => !asked.some((one) => isSameScope(one, scope)))
  if (missing.length === 0) {
    return pass('scopes', 'The sign-in asks for every scope that Graph is called with.')
  }
  const reason = `The sign-in does not ask for ${missing.join(', ')}, which Graph is called with.`
  const next = 'Add them to "scopes" in aad.config.json, and to the API permissions of the app.'
  return warn('scopes', reason, next, 'developer')
}

/** Where the users' tokens for Graph go. */
export const graphHost: Check = {
  id: 'graph-host',
  run: ({ config }) => [graphHostFinding(config)],
}

function graphHostFinding(config: Config): Finding {
  const id = 'graph-host'
  const url = config.downstreamApis['graph']?.baseUrl
  if (url === undefined) return pass(id, 'No API is named graph.')
  if (lacksGraphVersion(url)) {
    const reason = `${url} names no version, and Microsoft Graph refuses a call such as /users without one.`
    const { graph } = cloudFor(config)
    const next = `Set downstreamApis.graph.baseUrl in aad.config.json, or GRAPH_BASE_URL, to ${graph}.`
    return warn(id, reason, next, 'developer')
  }
  const foreignHost = foreignGraphHost(config)
  if (foreignHost === undefined) return pass(id, `Tokens for Graph go to ${url}.`)
  const reason = `The users’ tokens for Graph go to ${foreignHost}, which is not Microsoft’s.`
  const next = `If it is a proxy of your own, leave it. If not, set downstreamApis.graph.baseUrl in aad.config.json, or GRAPH_BASE_URL, to the Graph of your cloud, such as ${cloudFor(config).graph}.`
  return warn(id, reason, next)
}
