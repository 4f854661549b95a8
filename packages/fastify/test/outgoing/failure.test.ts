import { describe, expect, it } from 'vitest'
import { errors } from 'undici'
import { explainNetworkFailure } from '../../src/outgoing/index.ts'
import { explainRedisFailure } from '../../src/store/redis/failure.ts'

const withCode = (code: string, cause?: unknown) =>
  Object.assign(new Error('secret words', { cause }), { code })

describe('a failure of the network', () => {
  it.each([
    ['dns', withCode('ENOTFOUND')],
    ['dns', withCode('EAI_AGAIN')],
    ['refused', withCode('ECONNREFUSED')],
    ['unreachable', withCode('ENETUNREACH')],
    ['unreachable', withCode('EHOSTUNREACH')],
    ['unreachable', withCode('EMFILE')],
    ['connect_timeout', withCode('ETIMEDOUT')],
    ['connect_timeout', new errors.ConnectTimeoutError()],
    ['connect_timeout', new AggregateError([withCode('ETIMEDOUT'), withCode('ENETUNREACH')])],
    ['tls', withCode('SELF_SIGNED_CERT_IN_CHAIN')],
    ['tls', withCode('DEPTH_ZERO_SELF_SIGNED_CERT')],
    ['tls', withCode('UNABLE_TO_GET_ISSUER_CERT_LOCALLY')],
    ['tls', withCode('CERT_HAS_EXPIRED')],
    ['tls', withCode('ERR_TLS_CERT_ALTNAME_INVALID')],
    ['tls', withCode('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')],
    ['timeout', new errors.HeadersTimeoutError()],
    ['timeout', new errors.BodyTimeoutError()],
    ['timeout', new DOMException('', 'TimeoutError')],
    ['reset', withCode('ECONNRESET')],
    ['reset', withCode('EPIPE')],
    ['reset', new errors.SocketError('other side closed')],
    ['too_large', new errors.ResponseExceededMaxSizeError()],
    ['proxy', new errors.RequestAbortedError('Proxy response (502) !== 200 when HTTP Tunneling')],
    ['dns', new Error('outer', { cause: withCode('UND_ERR_X', withCode('ENOTFOUND')) })],
  ])('is a failure of kind %s: %s', (kind, error) => {
    const failure = explainNetworkFailure(error, 'login.example.test')
    expect(failure).toMatchObject({ kind, next: expect.stringMatching(/\.$/) as string })
    expect(failure?.sentence).toMatch(/login\.example\.test/)
    expect(failure?.sentence).not.toContain('secret words')
  })

  it.each([
    ['an error without a code', new Error('no')],
    ['an error of the program', new TypeError('no')],
    ['no error', 'no'],
  ])('is not %s', (_what, error) => {
    expect(explainNetworkFailure(error, 'x')).toBeUndefined()
  })

  it('of this process, which has too many files open, says so', () => {
    const failure = explainNetworkFailure(withCode('EMFILE'), 'login.example.test')
    expect(failure?.sentence).toBe(
      'login.example.test cannot be asked, because too many connections and files are open here (EMFILE)',
    )
    expect(failure?.next).toContain('LimitNOFILE')
  })

  it('that never ends in causes is read to a bounded depth', () => {
    const error = new Error('a')
    error.cause = error
    expect(explainNetworkFailure(error, 'x')).toBeUndefined()
  })
})

describe('a failure of Redis', () => {
  it.each([
    ['WRONGPASS invalid username-password pair', /refuses the user name, or the password/],
    ['NOAUTH Authentication required.', /wants a password/],
    ['ERR Client sent AUTH, but no password is set', /wants no password/],
    [
      "ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'default' 'x'",
      /older than Redis 6/,
    ],
    ['ERR unknown command `HELLO`, with args beginning with: `3`, ', /older than Redis 6/],
    ["NOPERM User x has no permissions to run the 'set' command", /ACL/],
    ["READONLY You can't write against a read only replica.", /read-only replica/],
    ["OOM command not allowed when used memory > 'maxmemory'.", /full/],
    ['MISCONF Redis is configured to save RDB snapshots', /disk/],
    ['LOADING Redis is loading the dataset in memory', /starting/],
    ['CLUSTERDOWN The cluster is down', /cluster/],
    ['MOVED 3999 127.0.0.1:6381', /cluster/],
    ['ASK 3999 127.0.0.1:6381', /cluster/],
  ])('with the reply %s is told in words', (reply, words) => {
    expect(explainRedisFailure(new Error(reply))).toMatch(words)
  })

  it.each([
    ['ECONNREFUSED', /refuses the connection/],
    ['ENOTFOUND', /DNS/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /STORE_CA_FILE/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', /redis:\/\//],
  ])('with the code %s is told in words', (code, words) => {
    expect(explainRedisFailure(withCode(code))).toMatch(words)
  })
})
