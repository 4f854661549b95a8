/** What an access token of a user is made from. */

import type { ClientProof } from './access-claims.ts'
import type { Issue } from './id-token.ts'

export interface AccessIssue extends Issue {
  proof: ClientProof
  /** The API as the request names it; undefined: as its scopes do. */
  asked: string | undefined
}
