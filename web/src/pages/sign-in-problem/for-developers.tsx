import type { SignInProblem as Known } from '@gatehouse/contract/sign-in-problem'
import { Callout } from '../../ui/callout.tsx'
import { DescriptionList } from '../../ui/description-list.tsx'
import { info } from '../../ui/icons.generated.ts'
import type { SignInProblem } from './problems.ts'
import css from './sign-in-problem.module.css'
import { details, development as words } from './words.ts'

type Props = {
  problem: SignInProblem
  failure: Known['failure']
  requestId: string | undefined
  aadsts: string | undefined
}

/** What the server knows of the cause. It tells its developer alone, in development. */
export function ForDevelopers({ problem, failure, requestId, aadsts }: Props) {
  const setting = failure?.setting
  const items = [
    { name: words.code, value: <code>{problem.code}</code>, copy: undefined },
    ...(aadsts ? [{ name: details.aadsts, value: <code>{aadsts}</code>, copy: aadsts }] : []),
    ...(setting ? [{ name: words.setting, value: <code>{setting}</code>, copy: undefined }] : []),
    ...(requestId
      ? [{ name: details.requestId, value: <code>{requestId}</code>, copy: requestId }]
      : []),
  ]
  return (
    <div className={css.developers}>
      <Callout icon={info}>
        <p>
          <strong>{words.title}</strong>
        </p>
        <p>{failure?.cause ?? words.unknown}</p>
        <DescriptionList items={items} />
      </Callout>
    </div>
  )
}
