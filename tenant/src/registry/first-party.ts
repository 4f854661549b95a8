/** Microsoft's own applications: present in every tenant, registered in none. */

import { graphAppId } from '../tokens/access-token.ts'
import { newApplication, type Application } from './application.ts'
import { stableGuid } from './stable-guid.ts'

/** Microsoft Graph Command Line Tools: a public client that anybody may sign in with. */
export const commandLineClientId = '14d82eec-204b-4c2f-b7e8-296a70dab67e'

/** @param now ms since the epoch */
export function firstPartyApplications(now: number): Application[] {
  const graph = named('Microsoft Graph', graphAppId, now)
  const commandLine = named('Microsoft Graph Command Line Tools', commandLineClientId, now)
  return [
    graph,
    {
      ...commandLine,
      isFallbackPublicClient: true,
      publicClient: { redirectUris: ['http://localhost'] },
    },
  ]
}

function named(displayName: string, appId: string, now: number): Application {
  return newApplication({ id: stableGuid(`application ${appId}`), appId, displayName }, now)
}
