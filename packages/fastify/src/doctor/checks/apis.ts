/** The APIs that the app calls: whether their servers answer. A firewall may let sign-ins pass, and none of the calls. */
import type { Config } from '../../config/index.ts'
import { explainNetworkFailure } from '../../outgoing/index.ts'
import { type Check, fail, type Finding, nameOf, pass, warn } from '../check.ts'
import { httpGet } from '../http.ts'

const id = 'apis'

export const apis: Check = {
  id,
  async run({ config }) {
    const all = Object.entries(config.downstreamApis)
    if (all.length === 0) return [pass(id, 'No API is configured.')]
    const asked = await Promise.all(
      all.map(([name, { baseUrl }]) => ask({ name, baseUrl }, config)),
    )
    const faults = asked.filter((finding) => finding !== undefined)
    if (faults.length > 0) return faults
    return [pass(id, `Reached: ${all.map(([name]) => name).join(', ')}.`)]
  },
}

const maxBytes = 1024 * 1024

/**
 * Sends no token, so that 401 is what most APIs answer.
 *
 * @returns undefined if it answers
 */
async function ask(
  { name, baseUrl }: { name: string; baseUrl: string },
  { proxy }: Config,
): Promise<Finding | undefined> {
  const { host } = new URL(baseUrl)
  const copy = baseUrl
  try {
    const { status } = await httpGet(baseUrl, maxBytes, proxy)
    if (status < 500) return undefined
    const reason = `${name}: ${host} answers with status ${status}.`
    return { ...warn(id, reason, `Check the server of downstreamApis.${name}.`), copy }
  } catch (error) {
    const failure = explainNetworkFailure(error, host)
    // An answer that is too long is an answer.
    if (failure?.kind === 'too_large') return undefined
    const reason = failure?.sentence ?? `${host} gave no answer: ${nameOf(error)}`
    const next = failure?.next ?? `Check the address of downstreamApis.${name}.`
    return { ...fail(id, `${name}: ${reason}.`, next), copy }
  }
}
