/** Types `useApi` with the answers of this app's API. */
import type { ApiAnswers } from '@gatehouse/shared/answers'

declare module '@gatehouse/react' {
  interface Register {
    answers: ApiAnswers
  }
}
