import './ui/base.css'
import './ui/tokens.generated.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Router } from 'wouter'
import { basePath, createQueryClient } from '@gatehouse/react'
import { loadLanguage } from './languages/load.ts'
import { CrashBoundary } from './layout/crash-boundary.tsx'
import { Layout } from './layout/layout.tsx'
import { noRoot } from './page-words.ts'
import { CurrentPage, find, pageList, prefetch } from './router.tsx'

const root = document.getElementById('root')
if (!root) throw new Error(noRoot)

const app = (
  <StrictMode>
    <QueryClientProvider client={createQueryClient()}>
      <CrashBoundary>
        <Router base={basePath}>
          <Layout pageList={pageList} find={find} prefetch={prefetch}>
            <CurrentPage />
          </Layout>
        </Router>
      </CrashBoundary>
    </QueryClientProvider>
  </StrictMode>
)
// Not awaited here: the code would then be more than one file.
void loadLanguage().then(() => createRoot(root).render(app))
