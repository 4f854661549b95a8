/** Authenticates the app with the first of its credentials that Entra accepts. */
import type { FastifyBaseLogger } from 'fastify'
import type { CredentialConfig } from '../../config/index.ts'
import { refusesClient, remedyFor } from '../aadsts.ts'
import { EntraError } from '../errors.ts'
import {
  type ClientAuthentication,
  credentialLoader,
  CredentialUnavailable,
  type LoadedCredential,
  type ManagedIdentity,
} from './sources.ts'

/** A rejected credential is not sent again for so long, unless it is replaced or no other one works. */
const rejectedMs = 10 * 60_000
/**
 * If Entra has rejected every credential, its answer holds for so long. All users would get it, and a client
 * that repeats itself is blocked (AADSTS50196).
 */
const rememberedMs = 30_000
/** A file that is being replaced may be missing or half written: its last content is used for so long. */
const graceMs = 60_000
/** For a managed identity: a request that gets no answer takes seconds, while a file costs nothing. */
const unreachableMs = 30_000

export interface Credential {
  readonly kind: CredentialConfig['kind']
  /** Its key in aad.config.json. */
  readonly setting: string
  /** @throws CredentialUnavailable */
  read(): Promise<LoadedCredential>
}

interface Candidate extends Credential {
  rejected?: { at: number; version: string; error: EntraError }
  unavailable?: { at: number; loggedAt: number }
}

export class Credentials {
  readonly #candidates: readonly Candidate[]
  readonly #log: FastifyBaseLogger
  readonly #now: () => number
  readonly #rememberMs: number
  #active: Candidate | undefined
  #lastAttemptRejected = false

  constructor(
    configs: readonly CredentialConfig[],
    managedIdentity: ManagedIdentity,
    log: FastifyBaseLogger,
    now: () => number,
    rememberMs = rememberedMs,
  ) {
    this.#rememberMs = rememberMs
    this.#candidates = configs.map((config, index): Candidate => {
      const setting = settingOf(config, index, configs.length)
      const read = withGracePeriod(credentialLoader(config, managedIdentity, now), now)
      return { kind: config.kind, setting, read }
    })
    this.#active = this.#candidates[0]
    this.#log = log
    this.#now = now
  }

  get list(): readonly Credential[] {
    return this.#candidates
  }

  /** Whether Entra accepted none of them at the last attempt. */
  get lastAttemptRejected(): boolean {
    return this.#lastAttemptRejected
  }

  /**
   * Runs `attempt` with one credential after the other until Entra accepts the client. One that it has
   * rejected in the last 30 seconds is not sent again, unless it was replaced.
   *
   * @throws what `attempt` throws, or EntraError with the check `credential` if none can be read
   */
  async use<T>(attempt: (auth: ClientAuthentication) => Promise<T>): Promise<T> {
    let last: EntraError | undefined
    for await (const { candidate, loaded } of this.#inOrder()) {
      try {
        const result = await attempt(loaded.auth)
        this.#markWorking(candidate)
        return result
      } catch (error) {
        if (!(error instanceof EntraError) || !refusesClient(error)) {
          // Any other OAuth error means that Entra accepted the credential.
          if (error instanceof EntraError && error.code === 'entra_refused') {
            this.#markWorking(candidate)
          }
          throw error
        }
        this.#markRejected(candidate, loaded, error)
        last = error
      }
    }
    this.#lastAttemptRejected = true
    const sentence = 'No credential of the app can be read'
    const error = last ?? this.#rememberedRejection()
    throw error ?? new EntraError('entra_untrusted', sentence, { check: 'credential' })
  }

  #rememberedRejection(): EntraError | undefined {
    const rejections = this.#candidates.flatMap(({ rejected }) => rejected ?? [])
    return rejections.findLast(({ at }) => this.#within(this.#rememberMs, at))?.error
  }

  /** Those that may work, in their order; then those that failed a moment ago. */
  async *#inOrder(): AsyncGenerator<{ candidate: Candidate; loaded: LoadedCredential }> {
    const later: Candidate[] = []
    for (const candidate of this.#candidates) {
      if (this.#isBackedOff(candidate)) {
        later.push(candidate)
        continue
      }
      const loaded = await this.#loadOrLog(candidate)
      if (!loaded) continue
      const { rejected } = candidate
      const isAvoided =
        rejected?.version === loaded.version && this.#within(rejectedMs, rejected.at)
      if (isAvoided) later.push(candidate)
      else yield { candidate, loaded }
    }
    for (const candidate of later) {
      const loaded = await this.#loadOrLog(candidate)
      const { rejected } = candidate
      const isRemembered =
        rejected?.version === loaded?.version &&
        rejected !== undefined &&
        this.#within(this.#rememberMs, rejected.at)
      if (loaded && !isRemembered) yield { candidate, loaded }
    }
  }

  #isBackedOff({ kind, unavailable }: Candidate): boolean {
    return (
      kind === 'managed_identity' &&
      unavailable !== undefined &&
      this.#within(unreachableMs, unavailable.at)
    )
  }

  async #loadOrLog(candidate: Candidate): Promise<LoadedCredential | undefined> {
    try {
      const loaded = await candidate.read()
      delete candidate.unavailable
      return loaded
    } catch (error) {
      if (!(error instanceof CredentialUnavailable)) throw error
      const loggedAt = candidate.unavailable?.loggedAt
      const isLogged = loggedAt !== undefined && this.#within(rejectedMs, loggedAt)
      candidate.unavailable = { at: this.#now(), loggedAt: isLogged ? loggedAt : this.#now() }
      if (!isLogged) {
        const { kind, setting } = candidate
        const fields = { event: 'credential_unavailable', kind, setting, reason: error.message }
        this.#log.error({ ...fields, err: error.cause }, `The credential ${error.message}`)
      }
      return undefined
    }
  }

  #markWorking(candidate: Candidate): void {
    this.#lastAttemptRejected = false
    delete candidate.rejected
    if (this.#active === candidate) return
    this.#active = candidate
    const { kind, setting } = candidate
    this.#log.warn({ event: 'credential_in_use', kind, setting }, 'Another credential is in use')
  }

  #markRejected(candidate: Candidate, { version }: LoadedCredential, error: EntraError): void {
    candidate.rejected = { at: this.#now(), version, error }
    const { kind, setting } = candidate
    const { aadsts, oauthError, traceId, correlationId } = error
    const reason = aadsts === undefined ? oauthError : `AADSTS${aadsts}`
    const facts = { kind, setting, reason, traceId, correlationId, advice: remedyFor(error) }
    const fields = { event: 'credential_refused', ...facts }
    this.#log.error(fields, 'Entra refused the app’s credential')
  }

  #within(ms: number, since: number): boolean {
    return Math.abs(this.#now() - since) < ms
  }
}

function settingOf({ kind }: CredentialConfig, index: number, count: number): string {
  if (kind === 'secret') return 'clientSecret'
  return count === 1 && kind === 'secret_file'
    ? 'credentials.0 or AAD_CLIENT_SECRET_FILE'
    : `credentials.${index}`
}

/** Returns the last content for a minute after the first failure. */
function withGracePeriod(
  read: () => Promise<LoadedCredential>,
  now: () => number,
): () => Promise<LoadedCredential> {
  let last: LoadedCredential | undefined
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
