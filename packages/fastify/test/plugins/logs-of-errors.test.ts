import { createServer } from 'node:net'
import { ServerError } from '@azure/msal-node'
import { ErrorReply } from '@redis/client'
import Fastify from 'fastify'
import { decodeJwt, errors } from 'jose'
import { type TSchema, Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { answerSerializer } from '../../src/endpoint/schemas.ts'
import { EntraError } from '../../src/entra/errors.ts'
import { createEntraNetwork } from '../../src/entra/network.ts'
import { loggerOptions } from '../../src/plugins/logging.ts'

const marker = 'nora.hill@secret.example'

interface Line {
  err: Record<string, unknown> & { message: string; stack: string; cause?: Record<string, unknown> }
}

/** The log line of an error. */
function lineOf(error: unknown): { text: string } & Line {
  let text = ''
  const stream = { write: (line: string) => void (text += line) }
  const { log } = Fastify({ logger: loggerOptions('trace', stream) })
  log.error({ err: error }, 'It failed')
  return { text, ...(JSON.parse(text) as Line) }
}

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown')
}

function serialized(schema: TSchema, value: unknown = `"${marker}"\n    at ${marker}`): string {
  return answerSerializer({ schema })(value)
}

const answers: [string, () => unknown][] = [
  ['JSON’s parser', () => thrownBy(() => JSON.parse(marker))],
  ['MSAL, with a frame of its own', () => new ServerError('x', '', `no\n    at ${marker} (a:1:1)`)],
  ['a number’s parser', () => thrownBy(() => BigInt(marker))],
  ['MSAL', () => new ServerError('invalid_grant', '', `AADSTS50034: ${marker}`, marker)],
  ['jose, which parses a token', () => thrownBy(() => decodeJwt(`e30.${btoa(marker)}.c2ln`))],
  ['jose, about an extension', () => new errors.JOSENotSupported(`"${marker}" is not recognized`)],
  ['a library with an answer', () => Object.assign(new Error(marker), { body: { marker } })],
  ['a library with a response', () => Object.assign(new Error(marker), { response: marker })],
  ['the serializer of answers', () => thrownBy(() => serialized(Type.Integer()))],
  ['the serializer of answers, about a number', () => thrownBy(() => serialized(Type.Number()))],
  [
    'the serializer of answers, about a date',
    () => thrownBy(() => serialized(Type.String({ format: 'date-time' }), { marker })),
  ],
  ['Node, about an argument', () => thrownBy(() => Buffer.alloc(marker as unknown as number))],
  ['Node, about an address', () => thrownBy(() => new URL(marker))],
]

describe('a log line about an error', () => {
  it('ends, if the error is its own cause', () => {
    const error = new Error('round and round')
    error.cause = Object.assign(new Error('and round'), { cause: error })
    expect(lineOf(error).text.match(/"message"/g)).toHaveLength(5)
  })

  it.each(answers)('repeats nothing of the text that %s read', (_what, make) => {
    const error = make()
    for (const one of [
      error,
      new Error('outside', { cause: error }),
      new Error('outside', {
        cause: new EntraError('entra_untrusted', 'inside', { cause: error }),
      }),
    ]) {
      const { text, err } = lineOf(one)
      expect(text).not.toContain('nora')
      expect(err.stack).toMatch(/^\w+: .*\n {4}at /)
    }
  })

  it.each([
    `ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'default' '${marker}' `,
    `ERR unknown command \`AUTH\`, with args beginning with: \`app\`, \`${marker}\`, `,
    `ERR unknown subcommand or wrong number of arguments for 'SETUSER'. With args beginning with: ${marker}`,
  ])('repeats no argument of a command that Redis does not know: %j', (sentence) => {
    const { text, err } = lineOf(new Error('outside', { cause: new ErrorReply(sentence) }))
    expect(text).not.toContain('nora')
    expect(err.cause?.['message']).toMatch(/^ERR unknown \w+/)
  })

  it('has the type and the source of the error', () => {
    const { err } = lineOf(thrownBy(() => JSON.parse(marker)))
    expect(err).toMatchObject({ type: 'SyntaxError', message: '' })
    expect(err.stack).toMatch(/^SyntaxError: \n {4}at JSON\.parse/)
    expect(err.stack).toContain('logs-of-errors.test.ts')
  })

  it.each([
    ['of an app', new Error('The order has no lines')],
    ['of a type', new TypeError('lines is not iterable')],
    [
      'of a system call',
      Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' }),
    ],
  ])('keeps the message %s', (_what, error) => {
    const { err } = lineOf(error)
    expect(err.message).toBe(error.message)
    expect(err.stack).toBe(error.stack)
    expect(lineOf(new Error('x', { cause: error })).err.cause?.['message']).toBe(error.message)
  })

  it('has Entra’s codes and numbers of a fixed form', () => {
    const facts = {
      oauthError: 'invalid_grant',
      suberror: 'bad_token',
      aadsts: 50034,
      check: 'token_response',
      httpStatus: 400,
      traceId: '5d2f8b31-6a4c-4e97-b1d0-8c7f6e5d4a32',
      correlationId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      retryAfterS: 7,
    }
    const error = new EntraError('entra_refused', 'no', { ...facts, claims: '{"id_token":{}}' })
    const { err } = lineOf(error)
    expect(err).toMatchObject({ code: 'entra_refused', ...facts })
    expect(err).not.toHaveProperty('claims')
  })

  it('keeps no name, code or other member that is a sentence', () => {
    const error = Object.assign(new Error('no'), {
      name: marker,
      code: marker,
      check: `a ${marker}`,
      oauthError: [marker],
      user: marker,
    })
    expect(lineOf(error).text).not.toContain('nora')
    expect(lineOf(error).err['type']).toBe('Error')
  })

  it.each([[marker], [{ message: marker }], [undefined], [null]])(
    'keeps nothing of a value that is not an error: %j',
    (thrown) => {
      expect(lineOf(new Error('outside', { cause: thrown })).text).not.toContain('nora')
      expect(lineOf(thrown).text).not.toContain('nora')
    },
  )

  it('repeats nothing of an answer that is not HTTP', async () => {
    const server = createServer((socket) => socket.end(`${marker}\r\n\r\n${marker}`))
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : ''
    const network = createEntraNetwork({ url: undefined, noProxy: '' })
    try {
      const error: unknown = await network.get(`http://127.0.0.1:${port}/`).catch((e: unknown) => e)
      const { text, err } = lineOf(error)
      expect(text).not.toContain('nora')
      expect(err).toMatchObject({ code: 'entra_unavailable', cause: { type: 'HTTPParserError' } })
    } finally {
      await network.close()
      server.close()
    }
  })
})
