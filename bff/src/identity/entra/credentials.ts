/** Which app is asking: the first credential that Entra takes, of those that were configured. */
import type { FastifyBaseLogger } from 'fastify'
import type { CredentialConfig } from '../../config/index.ts'
import { adviceFor, refusesClient } from './aadsts.ts'
import {
  CredentialUnavailable,
  proofReader,
  type ClientAuthentication,
  type Proof,
} from './credential-sources.ts'
import { EntraError } from './errors.ts'
import type { ManagedIdentity } from './managed-identity.ts'

/** A refused credential is not asked for again that long, unless it is replaced or no other one works. */
const avoidMs = 10 * 60_000
/** A file that is being replaced may be gone, or half written: that long, what it held before is used. */
const graceMs = 60_000
/** What does not answer costs a person seconds; a file costs nothing. */
const unreachableMs = 30_000

export interface Credential {
  readonly kind: CredentialConfig['kind']
  /** The key of aad.config.json that it stands in. */
  readonly setting: string
  /** @throws CredentialUnavailable */
  read(): Promise<Proof>
}

export interface Credentials {
  readonly list: readonly Credential[]
  /**
   * Runs `attempt` with one credential after the other until Entra does not refuse the client.
   *
   * @throws what `attempt` throws, or EntraError with the check `credential` where there is none to try
   */
  use<T>(attempt: (auth: ClientAuthentication) => Promise<T>): Promise<T>
  /** Whether the last attempt found none that Entra takes. */
  areRefused(): boolean
}

interface State extends Credential {
  refused?: { at: number; version: string }
  unavailable?: { at: number; loggedAt: number }
}

export function createCredentials(
  configs: readonly CredentialConfig[],
  managedIdentity: ManagedIdentity,
  log: FastifyBaseLogger,
  now: () => number,
): Credentials {
  const states = configs.map((config, index): State => {
    const setting = settingOf(config, index, configs.length)
    const read = steady(proofReader(config, managedIdentity, now), now)
    return { kind: config.kind, setting, read }
  })
  let inUse = states[0]
  let refused = false

  const within = (ms: number, since: number) => Math.abs(now() - since) < ms

  function isAside(state: State): boolean {
    return (
      state.kind === 'managed_identity' &&
      state.unavailable !== undefined &&
      within(unreachableMs, state.unavailable.at)
    )
  }

  async function proofOf(state: State): Promise<Proof | undefined> {
    try {
      const proof = await state.read()
      delete state.unavailable
      return proof
    } catch (error) {
      if (!(error instanceof CredentialUnavailable)) throw error
      const loggedAt = state.unavailable?.loggedAt
      const isKnown = loggedAt !== undefined && within(avoidMs, loggedAt)
      state.unavailable = { at: now(), loggedAt: isKnown ? loggedAt : now() }
      if (!isKnown) {
        const { kind, setting } = state
        const fields = { event: 'credential_unavailable', kind, setting, reason: error.message }
        log.error({ ...fields, err: error.cause }, `The credential ${error.message}`)
      }
      return undefined
    }
  }

  /** Those that may work, in their order; then those that did not a moment ago. */
  async function* candidates(): AsyncGenerator<{ state: State; proof: Proof }> {
    const later: State[] = []
    for (const state of states) {
      if (isAside(state)) {
        later.push(state)
        continue
      }
      const proof = await proofOf(state)
      if (!proof) continue
      const { refused: earlier } = state
      const isAvoided = earlier?.version === proof.version && within(avoidMs, earlier.at)
      if (isAvoided) later.push(state)
      else yield { state, proof }
    }
    for (const state of later) {
      const proof = await proofOf(state)
      if (proof) yield { state, proof }
    }
  }

  function works(state: State): void {
    refused = false
    delete state.refused
    if (inUse === state) return
    inUse = state
    const { kind, setting } = state
    log.warn({ event: 'credential_in_use', kind, setting }, 'Another credential is in use')
  }

  function noteRefusal(state: State, proof: Proof, error: EntraError): void {
    state.refused = { at: now(), version: proof.version }
    const { kind, setting } = state
    const { aadsts, oauthError } = error
    const reason = aadsts === undefined ? oauthError : `AADSTS${aadsts}`
    const fields = { event: 'credential_refused', kind, setting, reason, advice: adviceFor(error) }
    log.error(fields, 'Entra refused the app’s credential')
  }

  return {
    list: states,
    areRefused: () => refused,
    use: async (attempt) => {
      let last: EntraError | undefined
      for await (const { state, proof } of candidates()) {
        try {
          const result = await attempt(proof.auth)
          works(state)
          return result
        } catch (error) {
          if (!(error instanceof EntraError) || !refusesClient(error)) {
            // Whatever else it is, Entra looked at more than the credential, or at nothing.
            if (error instanceof EntraError && error.code === 'entra_refused') works(state)
            throw error
          }
          noteRefusal(state, proof, error)
          last = error
        }
      }
      refused = true
      const sentence = 'No credential of the app can be read'
      throw last ?? new EntraError('entra_untrusted', sentence, { check: 'credential' })
    },
  }
}

function settingOf({ kind }: CredentialConfig, index: number, count: number): string {
  if (kind === 'secret') return 'clientSecret'
  return count === 1 && kind === 'secret_file'
    ? 'credentials.0 or AAD_CLIENT_SECRET_FILE'
    : `credentials.${index}`
}

/** For a minute after the first failure, what was read before it. */
function steady(read: () => Promise<Proof>, now: () => number): () => Promise<Proof> {
  let last: Proof | undefined
  let failingSince: number | undefined
  return async () => {
    try {
      last = await read()
      failingSince = undefined
      return last
    } catch (error) {
      failingSince ??= now()
      if (last && Math.abs(now() - failingSince) < graceMs) return last
      throw error
    }
  }
}
