/** Credentials that this command made on this machine earlier, and that nothing uses any more. */
import type { Application } from '../graph/answers.ts'
import type { Graph } from '../graph/client.ts'
import type { LocalCertificate } from './certificate-files.ts'
import { isOf, mark } from './credential-plan.ts'
import { line, type Line } from './line.ts'

export interface InUse {
  /** Of the secret in `.env`. */
  keyId: string | undefined
  certificate: LocalCertificate | undefined
}

export function staleSecrets(application: Application | undefined, inUse: InUse) {
  const secrets = application?.passwordCredentials ?? []
  return secrets.filter(({ displayName, keyId }) => displayName === mark && keyId !== inUse.keyId)
}

export function staleCertificates(application: Application | undefined, inUse: InUse) {
  const keys = application?.keyCredentials ?? []
  return keys.filter(
    (key) => key.displayName === mark && !(inUse.certificate && isOf(key, inUse.certificate)),
  )
}

export function staleLines(application: Application | undefined, inUse: InUse): Line[] {
  return [
    ...staleSecrets(application, inUse).map(({ endDateTime }) =>
      line('-', 'client secret', `made here before, ends ${endDateTime.slice(0, 10)}`),
    ),
    ...staleCertificates(application, inUse).map(({ endDateTime }) =>
      line('-', 'certificate', `made here before, ends ${endDateTime?.slice(0, 10) ?? 'never'}`),
    ),
  ]
}

/** @param application as it is now @throws SetupError */
export async function removeStale(graph: Graph, application: Application, inUse: InUse) {
  for (const { keyId } of staleSecrets(application, inUse)) {
    const path = `/applications/${application.id}/removePassword`
    const what = 'remove an old client secret'
    await graph.send({ method: 'POST', path, body: { keyId }, what })
  }
  const stale = staleCertificates(application, inUse)
  if (stale.length === 0) return
  const keyCredentials = application.keyCredentials?.filter((key) => !stale.includes(key)) ?? []
  await graph.send({
    method: 'PATCH',
    path: `/applications/${application.id}`,
    body: { keyCredentials },
    what: 'remove an old certificate',
  })
}
