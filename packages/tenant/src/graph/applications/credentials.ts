/** `addPassword` and `removePassword`: a secret is shown once, in the answer that makes it. */

import { randomInt, randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { graphTime } from '../../registry/application.ts'
import type { TenantState } from '../../tenant-state.ts'
import { badBody } from '../errors.ts'
import { keyed, readBody } from '../odata.ts'
import { graphUrl } from '../protocol/answers.ts'
import { findApplication, requireWriter } from './operations.ts'
import { viewPassword } from './properties.ts'
import { parseDateTime } from '../protocol/date-time.ts'

type Route = { Params: { key: string } }

const AddPassword = Type.Object({
  passwordCredential: Type.Optional(
    Type.Object({
      displayName: Type.Optional(Type.Union([Type.String({ maxLength: 90 }), Type.Null()])),
      startDateTime: Type.Optional(Type.String()),
      endDateTime: Type.Optional(Type.String()),
    }),
  ),
})

const RemovePassword = Type.Object({ keyId: Type.String() })

const twoYears = 2 * 365 * 24 * 3_600_000

export function passwordRoutes(app: FastifyInstance, tenant: TenantState): void {
  const config = { endpoint: 'applications' } as const
  for (const url of keyed('applications', '/addPassword')) {
    app.post<Route>(url, { config }, async (request) => {
      const caller = await requireWriter(tenant, request)
      const { application } = findApplication(tenant, caller, request.params.key)
      const { passwordCredential = {} } = readBody(AddPassword, request.body, 'Application')
      const password = newPassword(passwordCredential, tenant.now())
      application.passwordCredentials = [...application.passwordCredentials, password]
      return {
        '@odata.context': `${graphUrl(tenant)}/$metadata#microsoft.graph.passwordCredential`,
        ...viewPassword(password),
        secretText: password.secretText,
      }
    })
  }
  for (const url of keyed('applications', '/removePassword')) {
    app.post<Route>(url, { config }, async (request, reply) => {
      const caller = await requireWriter(tenant, request)
      const { application } = findApplication(tenant, caller, request.params.key)
      const { keyId } = readBody(RemovePassword, request.body, 'Application')
      const left = application.passwordCredentials.filter((one) => one.keyId !== keyId)
      if (left.length === application.passwordCredentials.length) {
        throw badBody(`No password credential found with keyId ${keyId}.`)
      }
      application.passwordCredentials = left
      return reply.code(204).send()
    })
  }
}

interface Asked {
  displayName?: string | null
  startDateTime?: string
  endDateTime?: string
}

function newPassword({ displayName = null, startDateTime, endDateTime }: Asked, now: number) {
  const start = startDateTime === undefined ? now : parseDateTime(startDateTime)
  const end = endDateTime === undefined ? start + twoYears : parseDateTime(endDateTime)
  if (!(start < end && end > now)) throw badBody('The password credential has invalid dates.')
  return {
    keyId: randomUUID(),
    displayName,
    startDateTime: graphTime(start),
    endDateTime: graphTime(end),
    secretText: secret(),
  }
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-'

/** Forty characters in Entra's form: three, `8Q~`, then the rest. */
function secret(): string {
  return `${draw(3)}8Q~${draw(34)}`
}

function draw(count: number): string {
  return Array.from({ length: count }, () => letters[randomInt(letters.length)]).join('')
}
