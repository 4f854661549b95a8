import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Finding } from '@gatehouse/contract/doctor'
import { nameOf, reportOf, sumOf, withAddressBar } from '../src/pages/doctor/report.ts'

const publicUrl = 'http://localhost:5173'

function finding(id: string, status: Finding['status'] = 'pass'): Finding {
  return { id, status, reason: 'So it is.', who: 'operator', next: 'Nothing to do.' }
}

const findings = [finding('config'), finding('address-bar'), finding('clock', 'warn')]

/** The page's finding about its address bar. */
function addressBar(origin: string): Finding | undefined {
  return withAddressBar({ publicUrl, findings }, origin).find(({ id }) => id === 'address-bar')
}

describe('the address bar', () => {
  test('keeps the server’s findings if it is the configured one', () => {
    expect(withAddressBar({ publicUrl, findings }, publicUrl)).toEqual(findings)
    expect(withAddressBar({ publicUrl: `${publicUrl}/`, findings }, publicUrl)).toEqual(findings)
  })

  test.each(['http://127.0.0.1:5173', 'http://[::1]:5173', 'http://127.1.2.3:5173'])(
    'explains why localhost is another address if it is %s',
    (origin) => {
      expect(addressBar(origin)).toMatchObject({ status: 'fail', copy: publicUrl })
      expect(addressBar(origin)?.reason).toContain(origin)
      expect(addressBar(origin)?.reason).toContain('Both are this machine')
    },
  )

  test.each(['http://localhost:8080', 'https://localhost:5173', 'https://127.example.test'])(
    'says where to go or what to configure if it is %s',
    (origin) => {
      expect(addressBar(origin)).toMatchObject({ status: 'fail', who: 'developer' })
      expect(addressBar(origin)?.next).toContain(`Open ${publicUrl} instead.`)
      expect(addressBar(origin)?.next).toContain(`set publicUrl in aad.config.json to ${origin}`)
    },
  )

  test('says nothing of one machine if only the browser’s address is on it', () => {
    const configured = { publicUrl: 'https://app.example.test', findings: [] }
    const [found] = withAddressBar(configured, 'http://127.0.0.1:5173')
    expect(found?.reason).toContain('configured for https://app.example.test')
  })

  test('is one finding, in its place, even if the server did not check it', () => {
    const origin = 'http://localhost:8080'
    const ids = (all: Finding[]) =>
      withAddressBar({ publicUrl, findings: all }, origin).map(({ id }) => id)
    expect(ids(findings)).toEqual(['config', 'address-bar', 'clock'])
    expect(ids([finding('config')])).toEqual(['config', 'address-bar'])
  })
})

describe('words about findings', () => {
  test('name the checks, and keep a name that only the server knows', () => {
    expect(nameOf(finding('redirect-uri'))).toBe('Redirect URI')
    expect(nameOf(finding('new-thing'))).toBe('new-thing')
  })

  test('have a name each, as many as docs/doctor.md lists', () => {
    const text = readFileSync(join(import.meta.dirname, '../../docs/doctor.md'), 'utf8')
    const [, table = ''] = /\n\| id .*\n\|[- |]+\n((?:\|.*\n)+)/.exec(text) ?? []
    const ids = [...table.matchAll(/^\| `([a-z-]+)`/gm)].map(([, id = '']) => id)
    expect(ids).toContain('roles')
    expect(ids.filter((id) => nameOf(finding(id)) === id)).toEqual([])
  })

  test('count the findings', () => {
    expect(sumOf([...findings, finding('store', 'fail')])).toBe(
      '4 checks: 1 failed, 1 warning, 0 not checked.',
    )
    expect(sumOf([finding('config', 'fail')])).toBe('1 check: 1 failed, 0 warnings, 0 not checked.')
  })
})

describe('the report', () => {
  const at = Date.UTC(2026, 10, 24, 12)

  test('is JSON like that of the command, and says where and when', () => {
    expect(JSON.parse(reportOf(findings, publicUrl, at))).toEqual({
      ok: true,
      checkedAt: '2026-11-24T12:00:00.000Z',
      browser: publicUrl,
      findings,
    })
  })

  test('is not ok if a check failed', () => {
    const report = reportOf([...findings, finding('store', 'fail')], publicUrl, at)
    expect(JSON.parse(report)).toMatchObject({ ok: false })
  })
})
