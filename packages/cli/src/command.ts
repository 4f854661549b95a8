/** What `register` and `cleanup` share: options, the choice of the cloud, and how they end. */

import { Option, type Command } from 'commander'
import {
  type Cloud,
  type CloudName,
  cloudNames,
  ConfigError,
  readProxySettings,
} from '@gatehouse/fastify/config'
import type { ProxySettings } from '@gatehouse/fastify/outgoing'
import { addressesOf, cloudOf } from './clouds.ts'
import { SetupError } from './errors.ts'
import type { ConfigValue } from './files/config-file.ts'
import { createNetwork, type Network } from './network.ts'
import { paintError, printError } from './output.ts'
import { tokenVariable, type SignInWay } from './sign-in.ts'

export interface CommonOptions {
  name?: string
  tenant?: string
  cloud?: CloudName
  signIn: SignInWay
  yes?: boolean
  authority?: string
  graph?: string
}

/** Adds the options for the account, the tenant and the registration. */
export function addCommonOptions(command: Command): Command {
  return command
    .option(
      '--name <name>',
      'name of the registration (default: the configured one, or the app’s name)',
    )
    .option(
      '--tenant <id>',
      'tenant id or domain (default: the tenant of the account that signs in)',
    )
    .addOption(
      new Option(
        '--cloud <cloud>',
        'Microsoft’s cloud (default: the configured one, or global)',
      ).choices(cloudNames),
    )
    .addOption(
      new Option('--sign-in <way>', 'how the administrator signs in')
        .choices(['device-code', 'azure-cli'])
        .default('device-code'),
    )
    .addOption(
      new Option('--authority <url>', 'a local tenant in Microsoft’s place').env('AAD_AUTHORITY'),
    )
    .addOption(
      new Option('--graph <url>', 'a local tenant’s Graph, with /v1.0').env('GRAPH_BASE_URL'),
    )
}

export const environmentHelp = `
Environment:
  ${tokenVariable}  an access token for Microsoft Graph, for CI; replaces the sign-in
  AAD_CONFIG             another configuration file than aad.config.json; .env is beside it
  NO_COLOR               no colours
`

/** The cloud of the options or the configuration, and its addresses. @throws SetupError */
export function cloudFor(
  { cloud, authority, graph }: CommonOptions,
  config: ConfigValue,
): { cloudName: CloudName; cloud: Cloud } {
  const baseUrl = config.downstreamApis?.['graph']?.baseUrl
  const cloudName = cloud ?? cloudOf(config.authority, baseUrl) ?? 'global'
  // An earlier run may have written the addresses of a local tenant.
  const local = {
    authority: authority ?? (cloud ? undefined : plainHttp(config.authority)),
    graph: graph ?? (cloud ? undefined : plainHttp(baseUrl)),
  }
  const production = process.env['NODE_ENV'] === 'production'
  return { cloudName, cloud: addressesOf(cloudName, local, production) }
}

/** Plain http is for a local tenant: `addressesOf` refuses it for any other server. */
function plainHttp(address: string | undefined): string | undefined {
  return address?.startsWith('http://') ? address : undefined
}

/** Runs a command. A `SetupError` is printed in two sentences, and the exit status is 1. */
export async function finish(run: (network: Network) => Promise<void>): Promise<void> {
  let network: Network | undefined
  try {
    network = createNetwork(proxyOfEnvironment())
    await run(network)
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    printError(`${paintError('red', error.message)}\n${error.next}`)
    process.exitCode = 1
  } finally {
    await network?.close()
  }
}

/** @throws SetupError `usage` if HTTPS_PROXY is no address */
function proxyOfEnvironment(): ProxySettings {
  try {
    return readProxySettings(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const problems = error.problems.map(({ key, message }) => `${key} ${message}.`).join(' ')
    throw new SetupError('usage', problems, 'Change it, and run the command again.')
  }
}
