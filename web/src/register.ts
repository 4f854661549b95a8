/** Types `useApi` by what this app's API answers. */
import type { ApiAnswers } from '@gatehouse/shared/answers'

declare module '@gatehouse/react' {
  interface Register {
    answers: ApiAnswers
  }
}
