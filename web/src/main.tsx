import './ui/base.css'
import './ui/tokens.generated.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { CrashBoundary } from './layout/crash-boundary.tsx'
import { Layout } from './layout/layout.tsx'
import { CurrentPage, pageList, prefetch } from './router.tsx'
import { createQueryClient } from '@gatehouse/react'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no element with the id "root".')

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={createQueryClient()}>
      <CrashBoundary>
        <Layout pageList={pageList} prefetch={prefetch}>
          <CurrentPage />
        </Layout>
      </CrashBoundary>
    </QueryClientProvider>
  </StrictMode>,
)
