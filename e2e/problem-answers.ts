/** Made-up answers of the app's API, for failures that neither the tenant nor the back end can produce. */
import type { Page, Route } from '@playwright/test'
import {
  problemMediaType,
  problemStatus,
  type Problem,
  type ProblemCode,
} from '@gatehouse/contract/problem'
import { askForEverything } from './change-answers.ts'

export const requestId = '2f1c9f6e-0f6b-4a52-9d2a-7d1b6f0c9e11'

/** Answers every request of a path with a problem. */
export async function answerWithProblem(
  page: Page,
  path: string,
  code: ProblemCode,
  more: Partial<Problem> = {},
): Promise<void> {
  const status = problemStatus[code]
  const problem: Problem = {
    type: `about:blank#${code}`,
    title: 'Made up',
    status,
    detail: 'Made up for a test',
    code,
    requestId,
    ...more,
  }
  await answer(page, path, (route) =>
    route.fulfill({ status, contentType: problemMediaType, body: JSON.stringify(problem) }),
  )
}

/** Handles every request of a path in place of the server. */
export async function answer(
  page: Page,
  path: string,
  handle: (route: Route) => Promise<void>,
): Promise<void> {
  await askForEverything(page)
  await page.route((url) => url.pathname === path, handle)
}
