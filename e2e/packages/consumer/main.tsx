import { createQueryClient, useApi, useSession, useSignInUrl } from '@gatehouse/react'
import { QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import type { endpoints } from './endpoints.ts'

declare module '@gatehouse/react' {
  interface Register {
    endpoints: typeof endpoints
  }
}

function Page() {
  const { data: session } = useSession()
  const signInUrl = useSignInUrl()
  return session?.signedIn ? <User /> : <a href={signInUrl}>Sign in</a>
}

function User() {
  const { data } = useApi('/api/name')
  return <h1>{data?.name}</h1>
}

const page = (
  <QueryClientProvider client={createQueryClient()}>
    <Page />
  </QueryClientProvider>
)
createRoot(document.body.appendChild(document.createElement('main'))).render(page)
