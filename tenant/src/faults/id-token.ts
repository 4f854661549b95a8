/** ID tokens that a client has to refuse, or may only just accept. */

import { signRs256 } from '../keys/compact.ts'
import { identityVariants } from './id-token/identity.ts'
import { shapeVariants } from './id-token/shape.ts'
import { signatureVariants } from './id-token/signature.ts'
import type { TokenToSpoil } from './id-token/spoil.ts'
import { timeVariants } from './id-token/times.ts'

export interface IdTokenFault {
  kind: 'idToken'
  variant?: IdTokenVariant
  /** Merged over the claims; undefined takes a claim away. The signature stays good for what is sent. */
  claims?: Record<string, unknown>
  /** Merged over the JWS header in the same way. */
  header?: Record<string, unknown>
  /** Claims to take away, for those who set faults as JSON. */
  remove?: string[]
}

const variants = {
  ...signatureVariants,
  ...identityVariants,
  ...timeVariants,
  ...shapeVariants,
}

export type IdTokenVariant = keyof typeof variants

export const idTokenVariants = Object.keys(variants)

/** The spoilt token; null or undefined where the variant sends that in the token's place. */
export function spoilIdToken(fault: IdTokenFault, token: TokenToSpoil): unknown {
  const claims = { ...token.claims, ...fault.claims }
  for (const name of fault.remove ?? []) delete claims[name]
  const header = { ...token.header, ...fault.header }
  if (fault.variant) return variants[fault.variant]({ ...token, claims, header })
  return signRs256({ header, payload: JSON.stringify(claims) }, token.keys.current().privateKey)
}
