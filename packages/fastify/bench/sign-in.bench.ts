/** CPU time of the back end for one sign-in: both requests, MSAL, validation, sealing, store. */
import { prepare, signedIn } from './environment.ts'
import { median } from './load.ts'
import { startMeasured } from './measured-process.ts'
import { line, printFigure } from './report.ts'

/** Sign-ins before the measurement, so that the code is compiled. */
const warmUp = 500
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
  let count = 0
  const signIn = () => signedIn(server.origin, people[count++ % people.length])
  for (let index = 0; index < warmUp; index += 1) await signIn()
  const perSignIn: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const before = await server.cpu()
    for (let index = 0; index < perRound; index += 1) await signIn()
    perSignIn.push(((await server.cpu()) - before) / perRound / 1000)
  }
  line('\nSign-in')
  printFigure('CPU in the back end, ms (median of rounds)', median(perSignIn).toFixed(2))
  await server.end()
  await bench.end()
}
