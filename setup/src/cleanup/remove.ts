/** What of a registration is ours to remove, and its removal. */
import type { Application, FederatedCredential } from '../graph/answers.ts'
import type { Graph } from '../graph/client.ts'
import { refusal } from '../graph/failures.ts'
import { federatedName, mark } from '../register/credential-plan.ts'
import { isOurs, type Found } from '../register/found.ts'
import { line, type Line } from '../register/line.ts'
import { defaultName, uniqueNameOf } from '../register/settings.ts'
import { removeStale, staleCertificates, staleSecrets } from '../register/stale.ts'

type Deleted = Pick<Application, 'id' | 'appId' | 'displayName' | 'uniqueName'>

export interface RemovalPlan {
  /** Made by `register`: goes as a whole. */
  whole: Application | undefined
  /** Deleted already, and still in the way of a new one of its name. */
  deleted: Deleted | undefined
  /** Made by hand: only the credentials that `register` added to it go. */
  added: { application: Application; federated: FederatedCredential[] } | undefined
  lines: Line[]
  steps: number
}

const nothingInUse = { keyId: undefined, certificate: undefined }

export function planRemoval(found: Found, deleted: Deleted | undefined): RemovalPlan {
  const { application } = found
  const none = { whole: undefined, deleted: undefined, added: undefined }
  if (application && isOurs(application)) {
    const lines = [
      line('-', 'application', `${application.displayName} (${application.appId})`),
      ...(found.servicePrincipal ? [line('-', 'service principal', 'and people’s consent')] : []),
    ]
    return { ...none, whole: application, lines, steps: 1 }
  }
  if (application) {
    const federated = found.federated.filter(({ name }) => name === federatedName)
    const lines = [
      ...staleSecrets(application, nothingInUse).map(() => line('-', 'client secret', mark)),
      ...staleCertificates(application, nothingInUse).map(() => line('-', 'certificate', mark)),
      ...federated.map(({ subject }) => line('-', 'federated identity', subject)),
    ]
    const kept = line('=', 'application', `${application.displayName}, made by hand: it stays`)
    const added = { application, federated }
    return { ...none, added, lines: [kept, ...lines], steps: lines.length }
  }
  if (deleted) {
    const lines = [line('-', 'deleted application', `${deleted.displayName} (${deleted.appId})`)]
    return { ...none, deleted, lines, steps: 1 }
  }
  return { ...none, lines: [line('=', 'application', 'there is none')], steps: 0 }
}

const deletedItems = '/directory/deletedItems/microsoft.graph.application'

/**
 * Entra keeps deleted applications for 30 days; ours may be among them after a run that was cut off.
 * Whoever may not look there finds none: it goes by itself, and only its name is taken until then.
 */
export async function findDeleted(
  graph: Graph,
  { clientId, name }: { clientId: string | undefined; name: string | undefined },
): Promise<Deleted | undefined> {
  const uniqueName = uniqueNameOf(name ?? defaultName)
  const path = `${deletedItems}?$select=id,appId,displayName,uniqueName`
  const what = 'read the deleted applications'
  const { status } = await graph.call({ method: 'GET', path, what })
  if (status === 403) return undefined
  const deleted = await graph.list<Deleted>(path, what)
  const ours = deleted.filter((one) => one.uniqueName?.startsWith('gatehouse-'))
  return ours.find((one) => (clientId ? one.appId === clientId : one.uniqueName === uniqueName))
}

/** @throws SetupError */
export async function remove(graph: Graph, { whole, deleted, added }: RemovalPlan): Promise<void> {
  if (added) {
    const { application, federated } = added
    await removeStale(graph, application, nothingInUse)
    for (const { id } of federated) {
      const path = `/applications/${application.id}/federatedIdentityCredentials/${id}`
      await erase(graph, path, 'remove the federated credential')
    }
  }
  // Its service principal goes with it.
  if (whole) await erase(graph, `/applications/${whole.id}`, 'delete the application')
  const gone = whole ?? deleted
  // For good: for 30 days its name would be taken otherwise.
  if (gone)
    await erase(graph, `/directory/deletedItems/${gone.id}`, 'delete the application for good')
}

/** Gone already is as good. */
async function erase(graph: Graph, path: string, what: string): Promise<void> {
  const answer = await graph.call({ method: 'DELETE', path, what })
  if (answer.status === 404 || (answer.status >= 200 && answer.status < 300)) return
  throw refusal(answer, what)
}
