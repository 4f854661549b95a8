/** What Entra says at the callback (RFC 6749 §4.1.2): its parameters, and the failure that they mean. */
import { type Static, Type } from 'typebox'
import {
  aadstsNumber,
  causeOf,
  EntraError,
  type SignInProblemCode,
  traceIn,
} from '../../entra/index.ts'
import { StoreError } from '../../store/store.ts'
import type { AuthContext } from '../context.ts'

/** Longer than any authorization code: Entra's have about 1.5 kB. */
const Parameter = Type.Optional(Type.String({ maxLength: 8192 }))

/** The parameters that this app reads, each at most once. Entra sends a few others. */
export const CallbackQuery = Type.Object(
  {
    code: Parameter,
    state: Parameter,
    error: Parameter,
    error_description: Parameter,
    iss: Parameter,
    // Of an administrator's consent, which returns here too. The page looks at the values.
    admin_consent: Type.Optional(Type.Unknown()),
    tenant: Type.Optional(Type.Unknown()),
    scope: Type.Optional(Type.Unknown()),
  },
  { maxProperties: 32 },
)

export type CallbackParameters = Static<typeof CallbackQuery>

/** Why a sign-in ends without a session: a code for the page, and the failed check for the log. */
export interface SignInFailure {
  code: SignInProblemCode
  check: string
  aadsts?: number | undefined
  correlationId?: string | undefined
  traceId?: string | undefined
}

/** @returns what is wrong with a callback that has its transaction; undefined if its code may be redeemed */
export async function checkCallback(
  { entra }: AuthContext,
  { code, error, error_description: description, iss }: CallbackParameters,
): Promise<SignInFailure | undefined> {
  const metadata = await entra.discovery.metadata()
  // RFC 9207: the server that answers must be the one that was asked. Entra itself may leave `iss` out.
  const isRequired = metadata.authorization_response_iss_parameter_supported === true
  if (iss === undefined ? isRequired : !matchesIssuer(iss, metadata.issuer)) {
    return { code: 'not_verified', check: 'iss_parameter' }
  }
  if (error !== undefined) return authorizeFailure(error, description)
  return code ? undefined : { code: 'failed', check: 'code_missing' }
}

/** What Entra's error at the authorization endpoint means. Of its words, numbers and ids are used alone. */
export function authorizeFailure(error: string, description: string | undefined): SignInFailure {
  const aadsts = aadstsNumber(description)
  return {
    code: causeOf(error, aadsts),
    check: 'authorize_error',
    ...(aadsts && { aadsts }),
    ...traceIn(description),
  }
}

/** The check that an error of the flow stands for, as the log and the developer's page name it. */
export function failedCheckOf(error: unknown): string {
  if (error instanceof StoreError) return 'store'
  return error instanceof EntraError ? (error.check ?? error.code) : 'unexpected'
}

/** If the issuer in the metadata holds the template `{tenantid}`, the issuer of every tenant matches. */
export function matchesIssuer(iss: string | undefined, issuer: string): boolean {
  const [before = '', after] = issuer.split('{tenantid}')
  if (after === undefined) return iss === issuer
  const tenant = iss?.slice(before.length, iss.length - after.length)
  return iss === `${before}${tenant ?? ''}${after}` && /^[0-9a-f-]{36}$/i.test(tenant ?? '')
}
