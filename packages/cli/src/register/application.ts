/** Creates or updates the application and its service principal, by the plan. */

import { setTimeout as sleep } from 'node:timers/promises'
import { isConflict, refusal, type Application, type ServicePrincipal } from '../graph/answers.ts'
import { retryDelayMs, type Graph } from '../graph/client.ts'
import { withProgress } from '../output.ts'
import type { ApplicationPlan } from './application-plan.ts'
import { byUniqueName, findServicePrincipal } from './existing.ts'
import { uniqueNameOf } from './settings.ts'

/**
 * Creates it by name, with "create-if-missing", so that a repeated run finds the application of an
 * interrupted one (https://learn.microsoft.com/graph/api/application-upsert).
 *
 * @throws SetupError
 */
export async function applyApplication(
  graph: Graph,
  { action, body }: ApplicationPlan,
  current: Application | undefined,
  name: string,
): Promise<Application> {
  if (current) {
    const [path, what] = [`/applications/${current.id}`, 'change the application']
    if (action === 'update') {
      await withProgress('Updating the application', () =>
        graph.send({ method: 'PATCH', path, body, what }),
      )
    }
    return current
  }
  const uniqueName = uniqueNameOf(name)
  const path = `/applications(uniqueName='${uniqueName}')`
  const headers = { prefer: 'create-if-missing' }
  const what = 'create the application'
  return withProgress('Creating the application', async () => {
    const answer = await graph.call({ method: 'PATCH', path, body, headers, what })
    const made = answer.body as Application | undefined
    if (answer.status === 201 && made?.appId) return made
    // An interrupted or a parallel run made it; Graph may not show it yet.
    const isThere = answer.status === 204 || isConflict(answer)
    const found = isThere ? await patiently(() => byUniqueName(graph, uniqueName)) : undefined
    if (found) return found
    throw refusal(answer, what)
  })
}

/** Looks up repeatedly, for a few seconds. */
async function patiently<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    const found = await look()
    if (found) return found
    await sleep(retryDelayMs(undefined, attempt))
  }
  return undefined
}

/** Lists the application under "Enterprise applications" in the portal. */
const tags = ['WindowsAzureActiveDirectoryIntegratedApp']

/** Creates the service principal, on which consent is recorded. @throws SetupError */
export async function applyServicePrincipal(
  graph: Graph,
  { appId }: Application,
): Promise<ServicePrincipal> {
  const what = 'create the service principal'
  return withProgress('Creating the service principal', async () => {
    const answer = await graph.call({
      method: 'POST',
      path: '/servicePrincipals',
      body: { appId, tags },
      what,
      // Graph may not know the new application yet.
      fresh: true,
    })
    if (answer.status === 201) return answer.body as ServicePrincipal
    // An attempt whose answer was lost made it.
    const present = isConflict(answer) ? await findServicePrincipal(graph, appId) : undefined
    if (present) return present
    throw refusal(answer, what)
  })
}
