/** A request of a grant type, and what it comes to. */

import type { FastifyRequest } from 'fastify'
import type { Client } from '../../registry/client.ts'
import type { TenantState } from '../../tenant-state.ts'
import type { ClientProof } from '../../tokens/access-claims.ts'
import type { Answer } from '../../tokens/token-response.ts'
import type { ClaimsRequest } from '../claims-request.ts'
import type { Parameters } from '../parameters.ts'

/** A token request whose client is known. */
export interface Exchange {
  tenant: TenantState
  client: Client
  /** How the client proved itself. */
  proof: ClientProof
  /** The first segment of the path, such as the tenant's id. */
  segment: string
  form: Parameters
  claims: ClaimsRequest
  request: FastifyRequest
}

/** What a grant of a user comes to; the rest of the answer is the same for all. */
export type Redeemed = Omit<Answer, 'clientInfo' | 'client' | 'proof' | 'scopeText' | 'version'>
