/** Makes the credential that the plan asks for, and later takes away what it replaces. */
import type { Application, FederatedCredential, PasswordCredential } from '../graph/answers.ts'
import type { Graph } from '../graph/client.ts'
import { planLine, type Line, withProgress } from '../output.ts'
import { type LocalCertificate, makeCertificate } from './certificate-files.ts'
import { base64Of, type CredentialPlan, federatedName, isOf, ownerTag } from './credential-plan.ts'
import type { CredentialChoice } from './settings.ts'

interface MadeCredential {
  /** Only now: Entra never shows it again. */
  secret?: { value: string; keyId: string }
  certificate?: LocalCertificate
}

/** @throws SetupError */
export async function applyCredential(
  graph: Graph,
  application: Application,
  choice: CredentialChoice,
  plan: CredentialPlan,
  { keys, audience, now }: { keys: string; audience: string; now: number },
): Promise<MadeCredential> {
  if (choice.kind === 'secret') {
    if (plan.action === 'keep') return {}
    return withProgress('Making the client secret', () =>
      addSecret(graph, application, now + choice.days * 86_400_000),
    )
  }
  if (choice.kind === 'certificate') {
    const certificate =
      plan.certificate ??
      (await withProgress('Making the key and its certificate', () =>
        makeCertificate(keys, ownerTag, choice.days, now),
      ))
    if (plan.action !== 'keep') {
      await withProgress('Uploading the certificate', () => upload(graph, application, certificate))
    }
    return { certificate }
  }
  if (plan.action !== 'keep') {
    const { issuer, subject } = choice
    const body = { issuer, subject, audiences: [audience], name: federatedName }
    await withProgress('Naming the federated identity', () =>
      setFederated(graph, application, plan.federated, body),
    )
  }
  return {}
}

async function addSecret(graph: Graph, { id }: Application, endsAt: number) {
  const endDateTime = new Date(endsAt).toISOString()
  const made = await graph.send<PasswordCredential>({
    method: 'POST',
    path: `/applications/${id}/addPassword`,
    body: { passwordCredential: { displayName: ownerTag, endDateTime } },
    what: 'make a client secret',
    fresh: true,
  })
  if (!made.secretText) throw new Error('Graph made a client secret without saying it')
  return { secret: { value: made.secretText, keyId: made.keyId } }
}

async function upload(graph: Graph, application: Application, certificate: LocalCertificate) {
  const what = 'upload the certificate'
  const path = `/applications/${application.id}`
  const present = application.keyCredentials ?? []
  const mine = {
    type: 'AsymmetricX509Cert',
    usage: 'Verify',
    displayName: ownerTag,
    customKeyIdentifier: base64Of(certificate.thumbprint),
    key: certificate.content,
  }
  const others = present.filter((key) => !isOf(key, certificate))
  const body = { keyCredentials: [...others, mine] }
  await graph.send({ method: 'PATCH', path, body, what, fresh: true })
}

async function setFederated(
  graph: Graph,
  { id }: Application,
  present: FederatedCredential | undefined,
  { name, ...body }: { name: string; issuer: string; subject: string; audiences: string[] },
) {
  const path = `/applications/${id}/federatedIdentityCredentials`
  const what = 'set the federated credential'
  if (present) {
    await graph.send({ method: 'PATCH', path: `${path}/${present.id}`, body, what })
  } else {
    await graph.send({ method: 'POST', path, body: { name, ...body }, what, fresh: true })
  }
}

// Credentials that this command made on this machine earlier, and that nothing uses any more.

interface InUse {
  /** Of the secret in `.env`. */
  keyId: string | undefined
  certificate: LocalCertificate | undefined
}

export function staleSecrets(application: Application | undefined, inUse: InUse) {
  const secrets = application?.passwordCredentials ?? []
  return secrets.filter(
    ({ displayName, keyId }) => displayName === ownerTag && keyId !== inUse.keyId,
  )
}

export function staleCertificates(application: Application | undefined, inUse: InUse) {
  const keys = application?.keyCredentials ?? []
  return keys.filter(
    (key) => key.displayName === ownerTag && !(inUse.certificate && isOf(key, inUse.certificate)),
  )
}

export function staleLines(application: Application | undefined, inUse: InUse): Line[] {
  return [
    ...staleSecrets(application, inUse).map(({ endDateTime }) =>
      planLine('-', 'client secret', `made here before, ends ${endDateTime.slice(0, 10)}`),
    ),
    ...staleCertificates(application, inUse).map(({ endDateTime }) =>
      planLine(
        '-',
        'certificate',
        `made here before, ends ${endDateTime?.slice(0, 10) ?? 'never'}`,
      ),
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
