/** Entra's answers about credentials, and keeping them for a minute. */
import type { Remedy } from '../entra/index.ts'

/** What Entra said about one credential. */
export interface CredentialAnswer {
  /** Whether Entra accepted it; undefined if that needs a user. */
  accepted: boolean | undefined
  aadsts: number | undefined
  advice: Remedy | undefined
  /** How long ago Entra was asked, ms; undefined if it was just now, or not at all. */
  askedAgoMs: number | undefined
}

/** Gets the answer about the credential at a place of the configuration; `ask` sends the credential. */
export type AnswerOf = (
  place: number,
  ask: () => Promise<CredentialAnswer>,
) => Promise<CredentialAnswer>

const keptMs = 60_000

/**
 * Asks about each credential at most once a minute, because everyone who can open the doctor's page would
 * otherwise have the secret sent as often as they like.
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
   * the value, because a platform may give another assertion each time.
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
      // takes. A failure counts too, because the credential may have arrived.
      asked.at = this.#now()
    }
  }
}
