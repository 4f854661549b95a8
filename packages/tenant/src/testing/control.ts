/** Asks the control API of a running tenant, in this process or in another. */

export interface TenantAddress {
  origin: string
  /** Where it listens, if its origin is another name. */
  address?: string
}

/** @throws Error with the tenant's sentence */
export async function askControl(
  { origin, address = origin }: TenantAddress,
  path: string,
  init: RequestInit,
): Promise<Response> {
  const answer = await fetch(`${address}/_tenant${path}`, init)
  if (answer.ok) return answer
  throw new Error(((await answer.json()) as { error: string }).error)
}
