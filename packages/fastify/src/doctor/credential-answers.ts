import type { CredentialAnswer } from './probes.ts'

const keptMs = 60_000

/**
 * Asks about each credential once a minute at most: anybody can open the doctor's page, and must
 * not be able to send the secret as often as that.
 */
export class CredentialAnswers {
  readonly #answers = new Map<number, { at: number; answer: Promise<CredentialAnswer> }>()
  readonly #now: () => number

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * The answer about a credential, new or kept. It is kept by the place in the configuration, not by
   * the value: a platform may give another assertion each time, and each of them would be sent.
   *
   * @param ask sends the credential
   */
  async of(place: number, ask: () => Promise<CredentialAnswer>): Promise<CredentialAnswer> {
    const kept = this.#answers.get(place)
    const askedAgoMs = kept ? Math.abs(this.#now() - kept.at) : Infinity
    if (kept && askedAgoMs < keptMs) return { ...(await kept.answer), askedAgoMs }
    const asked = { at: this.#now(), answer: ask() }
    this.#answers.set(place, asked)
    try {
      return await asked.answer
    } finally {
      // The minute begins with the answer, so that two requests are a minute apart however long one
      // takes. A failure counts as well, because the credential may have arrived.
      asked.at = this.#now()
    }
  }
}
