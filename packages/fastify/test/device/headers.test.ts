import { describe, expect, it } from 'vitest'
import {
  challengeHeader,
  type HeaderValue,
  readSessionId,
  readSkipped,
  registrationHeader,
} from '../../src/device/headers.ts'

describe('Secure-Session-Registration', () => {
  it('offers ES256 only, with path and challenge', () => {
    expect(registrationHeader({ path: '/device/register', challenge: 'c-1' })).toBe(
      '(ES256);path="/device/register";challenge="c-1"',
    )
  })

  it('carries an authorization if there is one', () => {
    const header = registrationHeader({ path: '/r', challenge: 'c', authorization: 'a b' })
    expect(header).toBe('(ES256);path="/r";challenge="c";authorization="a b"')
  })

  it('escapes quotes and backslashes', () => {
    const header = registrationHeader({ path: '/r', challenge: String.raw`a"b\c` })
    expect(header).toBe(String.raw`(ES256);path="/r";challenge="a\"b\\c"`)
  })

  const good = { path: '/r', challenge: 'c', authorization: 'a' }

  it.each(['path', 'challenge', 'authorization'])('is not written with a bad %s', (name) => {
    for (const value of ['', 'ü', 'a\r\nSet-Cookie: x=1', '\u0000', '\u007f', '😀']) {
      const write = () => registrationHeader({ ...good, [name]: value })
      expect(write).toThrow(TypeError)
      expect(write).toThrow(`The ${name} is empty or has characters that a header cannot carry`)
    }
  })
})

describe('Secure-Session-Challenge', () => {
  it('names the session whose browser has to sign it', () => {
    expect(challengeHeader({ challenge: 'c-2', id: 's_1' })).toBe('"c-2";id="s_1"')
  })

  it.each(['', 'a b', 'a"b', 'a,b', 'ü', 'a\n', 'a'.repeat(513)])(
    'is not written for the id %j, which would not come back the same',
    (id) => {
      expect(() => challengeHeader({ challenge: 'c', id })).toThrow(TypeError)
    },
  )

  it.each(['', 'ü', 'a\n'])('is not written with the challenge %j', (challenge) => {
    expect(() => challengeHeader({ challenge, id: 's' })).toThrow(TypeError)
  })
})

describe('Sec-Secure-Session-Id', () => {
  it.each<[string, HeaderValue]>([
    ['bare, as Chromium sends it', '0aZ_-.~9'],
    ['quoted, as the draft has it', '"0aZ_-.~9"'],
    ['with parameters, which are ignored', '"0aZ_-.~9";v=1'],
    ['as an array of one', ['0aZ_-.~9']],
  ])('is read %s', (_what, header) => {
    expect(readSessionId(header)).toBe('0aZ_-.~9')
  })

  it('is read if it looks like a number, a boolean or a token', () => {
    expect(['123', '1.5', '-1', 'true'].map(readSessionId)).toEqual(['123', '1.5', '-1', 'true'])
  })

  it.each<[string, HeaderValue]>([
    ['missing', undefined],
    ['empty', ''],
    ['empty in quotes', '""'],
    ['an empty array', []],
    ['sent twice and joined by Node', 'a, b'],
    ['sent twice, quoted, and joined by Node', '"a", "b"'],
    ['an array of two', ['a', 'a']],
    ['too long', 'a'.repeat(513)],
    ['too long in quotes', `"${'a'.repeat(513)}"`],
    ['without an end', '"a'],
    ['followed by text', '"a"b'],
    ['a list in brackets', '("a")'],
    ['bytes', ':YQ==:'],
    ['no id of ours', '"a b"'],
    ['followed by a line', 'a\nb'],
  ])('is ignored if it is %s', (_what, header) => {
    expect(readSessionId(header)).toBeUndefined()
  })
})

describe('Secure-Session-Skipped', () => {
  it('gives each reason with its session', () => {
    const header =
      'unreachable;session_identifier="1", quota_exceeded;session_identifier="2", server_error'
    const skipped = [
      { reason: 'unreachable', id: '1' },
      { reason: 'quota_exceeded', id: '2' },
      { reason: 'server_error', id: undefined },
    ]
    expect(readSkipped(header)).toEqual(skipped)
    expect(readSkipped(header.split(', '))).toEqual(skipped)
  })

  it('leaves out what the draft does not know', () => {
    const header =
      'new_reason, "unreachable", (unreachable), 1, quota_exceeded;session_identifier=1'
    expect(readSkipped(header)).toEqual([{ reason: 'quota_exceeded', id: undefined }])
  })

  it.each<[string, HeaderValue]>([
    ['missing', undefined],
    ['empty', ''],
    ['not well-formed', 'unreachable, ='],
    ['longer than 4 kB', `unreachable${', unreachable'.repeat(320)}`],
  ])('is empty if it is %s', (_what, header) => {
    expect(readSkipped(header)).toEqual([])
  })
})
