/** `npm run cleanup`: removes what `npm run register` made, in the tenant and here. */

import { Command } from 'commander'
import { cleanup } from './cleanup/index.ts'
import {
  addCommonOptions,
  cloudFor,
  environmentHelp,
  finish,
  type CommonOptions,
} from './command.ts'
import { readConfig } from './files/config-file.ts'
import { appName } from './files/app-name.ts'
import { alone, folderOf, root } from './files/folder.ts'
import { tokenVariable } from './sign-in.ts'

const examples = `
Examples:
  $ npm run cleanup
  $ npm run cleanup -- --name "Gatehouse staging"
  $ npm run cleanup -- --yes
`

const command = addCommonOptions(
  new Command('npm run cleanup --')
    .description(
      'Removes the registration that npm run register made, for good, and puts the placeholders back. Asks first.',
    )
    .helpOption('--help', 'this text')
    .option('--yes', 'asks nothing; required without a terminal'),
)
  .addHelpText('after', environmentHelp + examples)
  .showHelpAfterError('Every option: npm run cleanup -- --help')
  .allowExcessArguments(false)
  .parse()

await finish(async (network) => {
  const options = command.opts<CommonOptions>()
  const folder = folderOf(process.env)
  await alone(folder, async () => {
    const document = readConfig(folder.config)
    await cleanup(network, folder, document, {
      name: options.name,
      newName: options.name ?? (await appName(root)),
      tenant: options.tenant,
      ...cloudFor(options, document.value),
      signIn: options.signIn,
      token: process.env[tokenVariable]?.trim() || undefined,
      yes: options.yes === true,
    })
  })
})
