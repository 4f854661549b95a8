/** When the token was made and until when it counts. All values are seconds. */

import { backdating } from '../../tokens/backdating.ts'
import { claims, type Spoil } from './spoil.ts'

const minute = 60
const hour = 60 * minute

export const timeVariants = {
  'exp-past': claims((good) => ({ exp: issuedAt(good) - 10 * minute })),
  'exp-just-past': claims((good) => ({ exp: issuedAt(good) - 30 })),
  'exp-missing': claims(() => ({ exp: undefined })),
  'exp-string': claims((good) => ({ exp: String(good.exp) })),
  'exp-1e300': claims(() => ({ exp: 1e300 })),
  'exp-negative': claims(() => ({ exp: -1 })),
  'iat-missing': claims(() => ({ iat: undefined })),
  'iat-string': claims((good) => ({ iat: String(good.iat) })),
  'iat-future': claims((good) => ({ iat: issuedAt(good) + hour })),
  'iat-just-ahead': claims((good) => ({ iat: issuedAt(good) + 30 })),
  'iat-week-old': claims((good) => ({ iat: issuedAt(good) - 7 * 24 * hour })),
  'nbf-missing': claims(() => ({ nbf: undefined })),
  'nbf-future': claims((good) => ({ nbf: issuedAt(good) + 10 * minute })),
  'nbf-just-ahead': claims((good) => ({ nbf: issuedAt(good) + 30 })),
} satisfies Record<string, Spoil>

function issuedAt(good: Record<string, unknown>): number {
  return Number(good.iat) + backdating
}
