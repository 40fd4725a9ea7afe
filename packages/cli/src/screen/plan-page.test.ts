import { fitsOf } from '@towpath/domain/deployment/strategy/fit.ts'
import type { FitFacts } from '@towpath/domain/deployment/strategy/fit.ts'
import { wayBackText } from '@towpath/domain/deployment/strategy/strategy.ts'
import { expect, it } from 'vitest'
import type { PreviewAnswer } from '../connection/shapes.ts'
import { renderPage, unpainted } from './line.ts'
import { planPage } from './plan-page.ts'

const facts: FitFacts = {
  ...{ single: false, replicas: 1, writesTo: [], connections: null, connectionsLeft: null },
  ...{ verdictMs: 7_200_000, atMostMs: 600_000, first: false },
}

const preview: PreviewAnswer = {
  ...{ dryRun: true, kind: 'deploy', environment: 'production', release: '1.1.0', from: '1.0.0' },
  steps: ['pull-images', 'switch-traffic:backend', 'cut-streams:backend', 'watch-bake'].map((step) => ({
    step,
    does: step,
  })),
  services: ['backend', 'frontend', 'admin'].map((service) => ({ service, image: '' })),
  ...{ jobs: ['migrator'], schema: 'expand', approvals: { needed: 1, given: ['lead'], missing: 0 } },
  wayBack: { needsPerson: false, text: 'Going back to 1.0.0 is one command.' },
  gates: { passed: true, results: [], later: [] },
  ...{ pending: [], notes: [], warnings: [] },
  strategies: [
    {
      service: 'backend',
      strategy: { type: 'handoff', cutAfterMs: 2_000 },
      fits: fitsOf({ ...facts, single: true }),
      suggested: 'handoff',
      requestsPerSecond: 4.21,
      verdict: { requests: 300, durationMs: 71_000 },
      wayBack: wayBackText({ type: 'handoff', cutAfterMs: 2_000 }, 600_000),
    },
    {
      service: 'frontend',
      strategy: { type: 'canary', weights: [500, 2_500] },
      fits: fitsOf(facts),
      suggested: 'blue-green',
      requestsPerSecond: 0.4,
      verdict: { requests: 140, durationMs: 7_000_000 },
      wayBack: wayBackText({ type: 'blue-green' }, 600_000),
    },
    {
      service: 'admin',
      strategy: { type: 'blue-green' },
      fits: fitsOf({ ...facts, verdictMs: null, connections: 10, connectionsLeft: 4 }),
      suggested: 'recreate-hold',
      requestsPerSecond: null,
      verdict: null,
      wayBack: wayBackText({ type: 'blue-green' }, 600_000),
    },
  ],
}

it('says of each service what suits it, why, what a verdict takes and what going back costs', async () => {
  const text = renderPage(planPage(preview), { columns: 120, paint: unpainted })
  await expect(`${text}\n`).toMatchFileSnapshot('golden/plan.txt')
  for (const row of text.split('\n')) expect(row.length).toBeLessThanOrEqual(120)
})
