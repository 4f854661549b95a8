/** Every bad day that the tenant can have, in the order of the control page. */

import type { BadDay } from './bad-day.ts'
import { accessDays } from './graph-access.ts'
import { answerDays } from './graph-answers.ts'
import { failureDays } from './graph-failures.ts'
import { throttlingDays } from './graph-throttling.ts'
import { idTokenDays } from './id-token.ts'
import { keyDays } from './keys-and-discovery.ts'
import { signInDays } from './sign-in.ts'
import { tokenDays } from './tokens.ts'

export const badDays: readonly BadDay[] = [
  ...signInDays,
  ...tokenDays,
  ...idTokenDays,
  ...accessDays,
  ...throttlingDays,
  ...failureDays,
  ...answerDays,
  ...keyDays,
]
