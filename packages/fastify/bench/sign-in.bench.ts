/** CPU time of the back end for one sign-in: both requests, MSAL, validation, sealing, store. */
import { prepare, signedIn } from './environment.ts'
import { note } from './figures.ts'
import { median } from './load.ts'
import { measured } from './machine.ts'
import { startMeasured } from './measured-process.ts'
import { line, printFigure } from './report.ts'

/** Sign-ins before the measurement, so that the code is compiled. */
const warmUp = 1500
const perRound = 60
const rounds = 5

export async function benchSignIn(): Promise<void> {
  const bench = await prepare()
  const server = await startMeasured('gatehouse-server.ts', bench.env)
  // In turn, because hundreds of sign-ins of one user would end older sessions of that user.
  const people = bench.tenant.users
    .filter(({ accountEnabled }) => accountEnabled)
    .slice(0, 200)
    .map(({ userPrincipalName }) => userPrincipalName)
  let next = 0
  const signIn = () => signedIn(server.origin, people[next++ % people.length])
  for (let index = 0; index < warmUp; index += 1) await signIn()
  const perSignIn: number[] = []
  const others: number[] = []
  for (let each = 0; each < rounds; each += 1) {
    const round = await measured(server, async () => {
      for (let index = 0; index < perRound; index += 1) await signIn()
    })
    perSignIn.push(round.cpuUs / perRound / 1000)
    others.push(round.others)
  }
  line('\nSign-in')
  const value = median(perSignIn)
  printFigure('CPU in the back end, ms (median of rounds)', value.toFixed(2))
  note({ name: 'A sign-in: CPU', value, unit: 'ms', goal: 3, others: median(others) })
  await server.end()
  await bench.end()
}
