/** `npm run register`: registers this app in your tenant, and writes the configuration and the secret. */

import { Command, InvalidArgumentError, Option } from 'commander'
import {
  addCommonOptions,
  cloudFor,
  environmentHelp,
  finish,
  type CommonOptions,
} from './command.ts'
import { SetupError } from './errors.ts'
import { readConfig } from './files/config-file.ts'
import { appName } from './files/app-name.ts'
import { alone, folderOf, root } from './files/folder.ts'
import { register } from './register/index.ts'
import { federatedIdentity, type CredentialChoice } from './register/settings.ts'
import { tokenVariable } from './sign-in.ts'

interface Options extends CommonOptions {
  publicUrl?: string
  multiTenant?: boolean
  singleTenant?: boolean
  certificate?: boolean
  federated?: string
  assertionFile: string
  days: number
  rotate?: boolean
  dryRun?: boolean
}

const examples = `
Examples:
  $ npm run register -- --dry-run
  $ npm run register
  $ npm run register -- --public-url https://app.example.com --certificate
  $ npm run register -- --tenant example.onmicrosoft.com --sign-in azure-cli
  $ npm run register -- --federated https://oidc.example.com,system:serviceaccount:apps:gatehouse
  $ npm run register -- --rotate
`

const command = addCommonOptions(
  new Command('npm run register --')
    .description(
      'Creates or updates the registration in your tenant, and writes aad.config.json and .env. Safe to repeat: nothing is created twice.',
    )
    .helpOption('--help', 'this text')
    .option('--public-url <url>', 'the address that people open (default: the configured one)')
    .addOption(
      new Option('--multi-tenant', 'accounts of any organisation').conflicts('singleTenant'),
    )
    .addOption(new Option('--single-tenant', 'accounts of this tenant only (default)'))
    .addOption(
      new Option('--certificate', 'a certificate instead of a client secret').conflicts(
        'federated',
      ),
    )
    .option('--federated <issuer,subject>', 'a federated identity, which needs no secret')
    .option(
      '--assertion-file <path>',
      'the file from which that identity reads its token',
      '/var/run/secrets/azure/tokens/azure-identity-token',
    )
    .option('--days <n>', 'how long a new secret or certificate is valid, 1 to 730', days, 180)
    .option('--rotate', 'a new secret or certificate, even if the present one is still valid')
    .option('--dry-run', 'shows what would change, and changes nothing')
    .option('--yes', 'asks nothing, and replaces what was written by hand'),
)
  .addHelpText('after', environmentHelp + examples)
  .showHelpAfterError('Every option: npm run register -- --help')
  .allowExcessArguments(false)
  .parse()

function days(text: string): number {
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= 730) return count
  throw new InvalidArgumentError('It takes a whole number from 1 to 730.')
}

function choiceOf(options: Options): CredentialChoice {
  const { federated, certificate, assertionFile } = options
  if (federated) return { kind: 'federated', ...federatedIdentity(federated), assertionFile }
  return { kind: certificate ? 'certificate' : 'secret', days: options.days }
}

await finish(async (network) => {
  const options = command.opts<Options>()
  if (options.federated && options.rotate) {
    throw new SetupError(
      'usage',
      'A federated identity has nothing to rotate.',
      'Leave --rotate out.',
    )
  }
  const folder = folderOf(process.env)
  await alone(folder, async () => {
    const document = readConfig(folder.config)
    await register(network, folder, document, {
      name: options.name,
      newName: options.name ?? (await appName(root)),
      publicUrl: options.publicUrl,
      tenant: options.tenant,
      ...cloudFor(options, document.value),
      multiTenant: options.multiTenant ? true : options.singleTenant ? false : undefined,
      credential: choiceOf(options),
      rotate: options.rotate === true,
      signIn: options.signIn,
      token: process.env[tokenVariable]?.trim() || undefined,
      dryRun: options.dryRun === true,
      yes: options.yes === true,
    })
  })
})
