/** What run.ts uses of Stryker, which `npm ci` at the root does not install. */
declare module '@stryker-mutator/core' {
  export class Stryker {
    constructor(options: object)
    runMutationTest(): Promise<object[]>
  }
}
