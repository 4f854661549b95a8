/** Types `useApi` and `useApiMutation` with the endpoints of this app. */
import type { endpoints } from '@gatehouse/shared/endpoints'

declare module '@gatehouse/react' {
  interface Register {
    endpoints: typeof endpoints
  }
}
