/** Creates the application, or brings it up to what the plan says. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Application, isConflict, refusal, type ServicePrincipal } from '../graph/answers.ts'
import { type Graph, retryDelayMs } from '../graph/client.ts'
import { withProgress } from '../output.ts'
import type { ApplicationPlan } from './application-plan.ts'
import { byUniqueName, findServicePrincipal } from './existing.ts'
import { uniqueNameOf } from './settings.ts'

/**
 * Creation is by name, "create if missing": whoever interrupts and repeats it finds the one that is
 * there (https://learn.microsoft.com/graph/api/application-upsert).
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
    // Made by a run that was cut off, or that runs beside this one; Graph may not show it yet.
    const isThere = answer.status === 204 || isConflict(answer)
    const found = isThere ? await patiently(() => byUniqueName(graph, uniqueName)) : undefined
    if (found) return found
    throw refusal(answer, what)
  })
}

/** Looks again for a few seconds. */
async function patiently<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    const found = await look()
    if (found) return found
    await sleep(retryDelayMs(undefined, attempt))
  }
  return undefined
}

/** Shows the application among "Enterprise applications", where administrators look for it. */
const tags = ['WindowsAzureActiveDirectoryIntegratedApp']

/** What people's consent is recorded on. @throws SetupError */
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
      // The part of Graph that makes it may not know the application yet.
      fresh: true,
    })
    if (answer.status === 201) return answer.body as ServicePrincipal
    // Made by an attempt whose answer got lost.
    const present = isConflict(answer) ? await findServicePrincipal(graph, appId) : undefined
    if (present) return present
    throw refusal(answer, what)
  })
}
