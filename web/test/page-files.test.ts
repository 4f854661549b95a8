import { expect, test } from 'vitest'
import { filesByPage } from '../vite/document/page-files.ts'

const source = (path: string) => `C:\\app\\web\\src\\${path.replaceAll('/', '\\')}`

test('the files of a page are its own, what it shares with others, and what it loads from its folder', () => {
  const bundle = {
    'assets/index.js': { type: 'chunk', facadeModuleId: source('main.tsx'), isEntry: true },
    'assets/claims.js': {
      type: 'chunk',
      facadeModuleId: source('pages/claims.tsx'),
      imports: ['assets/index.js', 'assets/shared.js'],
      dynamicImports: ['assets/claims-view.js', 'assets/error-card.js'],
    },
    'assets/claims-view.js': {
      type: 'chunk',
      facadeModuleId: source('pages/claims/claims-view.tsx'),
      imports: ['assets/index.js'],
    },
    'assets/error-card.js': { type: 'chunk', facadeModuleId: source('api/error-card.tsx') },
    'assets/shared.js': { type: 'chunk', facadeModuleId: null },
    'assets/style.css': { type: 'asset' },
  }
  expect(filesByPage(bundle)).toEqual({
    claims: ['/assets/claims.js', '/assets/shared.js', '/assets/claims-view.js'],
  })
})
