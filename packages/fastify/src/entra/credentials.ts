/** Which app is asking: the first credential that Entra takes, of those that were configured. */
import type { FastifyBaseLogger } from 'fastify'
import type { CredentialConfig } from '../config/index.ts'
import { adviceFor, refusesClient } from './aadsts.ts'
import {
  type ClientAuthentication,
  CredentialUnavailable,
  type ManagedIdentity,
  type Proof,
  proofReader,
} from './credential-sources.ts'
import { EntraError } from './errors.ts'

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

// How long the app's credentials last: said in the log at the start and once a day.

const dayMs = 24 * 60 * 60_000
/** A month: whoever can issue a new one may be on holiday. */
export const warnBelowDays = 30
/** A week: sign-ins end soon. */
const failBelowDays = 7

interface CredentialDays {
  /** Whole days until the last credential with a known end is over; undefined where none has one. */
  left(): number | undefined
  stop(): void
}

export function watchCredentialDays(
  credentials: readonly Credential[],
  log: FastifyBaseLogger,
  now: () => number,
): CredentialDays {
  let ends: readonly (number | undefined)[] = []

  const left = () => {
    const known = ends.filter((end) => end !== undefined)
    return known.length === 0 ? undefined : daysUntil(Math.max(...known), now())
  }

  async function report(): Promise<void> {
    ends = await Promise.all(credentials.map(endOf))
    for (const [index, { kind, setting }] of credentials.entries()) {
      const end = ends[index]
      const fields = { event: 'credential', kind, setting }
      if (end === undefined) {
        log.info(fields, 'The end of this credential is not known')
        continue
      }
      const daysLeft = daysUntil(end, now())
      const sentence = `The credential ends in ${daysLeft} days: issue a new one`
      // Sign-ins go on with the one that lasts longest.
      const isLast = daysLeft === left()
      if (daysLeft < failBelowDays && isLast) log.error({ ...fields, daysLeft }, sentence)
      else if (daysLeft < warnBelowDays) log.warn({ ...fields, daysLeft }, sentence)
      else log.info({ ...fields, daysLeft }, 'The credential is valid')
    }
  }

  function start(): void {
    report().catch((error: unknown) => log.error({ err: error }, 'A credential cannot be read'))
  }

  start()
  const timer = setInterval(start, dayMs).unref()
  return { left, stop: () => clearInterval(timer) }
}

/** What the platform renews has no end that anybody needs to know, and it is not asked for here. */
async function endOf(credential: Credential): Promise<number | undefined> {
  if (credential.kind === 'managed_identity' || credential.kind === 'assertion_file')
    return undefined
  try {
    return (await credential.read()).endsAt
  } catch (error) {
    if (error instanceof CredentialUnavailable) return undefined
    throw error
  }
}

/** Rounded down: a credential that ends today has 0 days left. */
function daysUntil(end: number, now: number): number {
  return Math.floor((end - now) / dayMs)
}
