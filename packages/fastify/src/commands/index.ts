/** What an operator runs beside the server, with the server's own configuration. */

/** Each is loaded when it runs: the server needs none of them. */
const commands = {
  doctor: async () => (await import('./doctor.ts')).runDoctor,
  'end-sessions': async () => (await import('./end-sessions.ts')).runEndSessions,
} satisfies Record<string, () => Promise<(args: readonly string[], root: string) => Promise<void>>>

export type CommandName = keyof typeof commands

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name)
}

export const commandNames = Object.keys(commands)

/**
 * Runs a command, which prints what it finds and sets the exit code.
 *
 * @param root the project's root, with `aad.config.json`
 * @throws TypeError `ERR_PARSE_ARGS_…` for an option that the command does not have
 */
export async function runCommand(
  name: CommandName,
  args: readonly string[],
  root: string,
): Promise<void> {
  endWithOutput()
  const run = await commands[name]()
  await run(args, root)
}

/**
 * Ends the process without a stack if its output cannot be written. Who reads no further, such as `head`, has what they want:
 * the exit code is that of the command. Any other failure, such as a full disk, is a sentence, and exit code 1.
 */
export function endWithOutput(): void {
  process.stdout.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit()
    process.stderr.write(`The output cannot be written (${code}).\n`)
    process.exit(1)
  })
}
