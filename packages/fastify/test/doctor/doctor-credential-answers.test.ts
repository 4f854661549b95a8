import { describe, expect, it } from 'vitest'
import { CredentialAnswers } from '../../src/doctor/credential-answers.ts'

const taken = { accepted: true, aadsts: undefined, advice: undefined, askedAgoMs: undefined }

/** A clock, a credential at Entra, and how often that one was sent. */
function setUp(takesMs = 0) {
  let [now, sent] = [1_800_000_000_000, 0]
  const answers = new CredentialAnswers(() => now)
  const ask = async () => {
    sent += 1
    await Promise.resolve()
    now += takesMs
    return taken
  }
  return {
    answers,
    ask,
    sent: () => sent,
    later: (ms: number) => void (now += ms),
  }
}

describe('kept answers about credentials', () => {
  it('are given to everybody who asks while Entra is asked', async () => {
    const { answers, ask, sent } = setUp()
    const all = await Promise.all([answers.of(0, ask), answers.of(0, ask), answers.of(0, ask)])
    expect(all.map(({ accepted }) => accepted)).toEqual([true, true, true])
    expect(sent()).toBe(1)
  })

  it('are kept for a minute from the answer on, however long it took', async () => {
    const { answers, ask, sent, later } = setUp(8_000)
    await answers.of(0, ask)
    later(59_999)
    expect(await answers.of(0, ask)).toEqual({ ...taken, askedAgoMs: 59_999 })
    later(1)
    expect(await answers.of(0, ask)).toEqual(taken)
    expect(sent()).toBe(2)
  })

  it('are of one credential each', async () => {
    const { answers, ask, sent } = setUp()
    await answers.of(0, ask)
    expect(await answers.of(1, ask)).toEqual(taken)
    expect(sent()).toBe(2)
  })

  it('do not outlive a clock that is set back', async () => {
    const { answers, ask, sent, later } = setUp()
    await answers.of(0, ask)
    later(-3_600_000)
    expect(await answers.of(0, ask)).toEqual(taken)
    expect(sent()).toBe(2)
  })

  it('count also if asking failed', async () => {
    const { answers, ask, sent } = setUp()
    const failing = () => Promise.reject(new Error('The connection broke'))
    await expect(answers.of(0, failing)).rejects.toThrow('The connection broke')
    await expect(answers.of(0, ask)).rejects.toThrow('The connection broke')
    expect(sent()).toBe(0)
  })
})
