import { stepIdem } from '@towpath/domain/deployment/deployment-state.ts'
import type { NewEvent } from '@towpath/domain/ledger/event.ts'
import {
  aDeploymentRequest,
  anEvent,
  aPlan,
  gatesAnswered,
  started,
  stepDone,
} from '@towpath/testkit/builder/deployment-builder.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { story } from '../connection/scripted-story.ts'
import { watch } from '../follow/watched-deployment.ts'
import type { Watched } from '../follow/watched-deployment.ts'
import { deploymentFrame } from './deployment-frame.ts'
import { eventLine } from './event-line.ts'
import { explainPage } from './explain-page.ts'
import { renderPage, unpainted } from './line.ts'
import { widthOf } from './text-width.ts'

/** The story as somebody sees it who has heard its first events. */
const after = (name: Parameters<typeof story>[0], heard: number): Watched => {
  const watched = story(name).slice(0, heard).reduce<Watched | null>(watch, null)
  if (watched === null) throw new Error('a story has events')
  return watched
}

const fiveSecondsAfter = ({ events }: Watched): Date => new Date(Date.parse(events.at(-1)?.at ?? '') + 5_000)

const frameText = (watched: Watched, columns: number, rows = 40): string =>
  renderPage(deploymentFrame(watched, { now: fiveSecondsAfter(watched), rows }), {
    columns,
    paint: unpainted,
  })

const moments: [string, Watched][] = [
  [
    'waiting for approval',
    { ...after('live', 1), waitsFor: 'waits for 1 approval by people other than dev' },
  ],
  ['under way, before the switch', after('live', 6)],
  ['watched, after the switch', after('live', 10)],
  ['the server does not answer', { ...after('live', 10), connected: false }],
  ['live', after('live', 99)],
  ['going back', after('rolled-back', 11)],
  ['rolled back', after('rolled-back', 99)],
  ['refused by a gate', after('refused', 99)],
]

/** A deployment to two hosts, as far as it has come after so many events. */
function onHosts(heard: number): Watched {
  const hosts = ['web-1', 'web-2'].map((name) => ({ name, docker: `ssh://${name}` }))
  const labels = { environment: 'production', deployment: 'dep_1', release: '1.1.0', actor: 'towpath' }
  const step = (key: string): string => stepIdem('dep_1', key)
  const at = (host: string) => ({ host, deployment: `dep_${host}` })
  const fine = { ready: true, why: '' }
  const told: NewEvent[] = [
    aDeploymentRequest('dep_1', 'deploy', { plan: aPlan({ fleet: { hosts, atOnce: 1 } }) }),
    { ...labels, ...started({ slots: {} }) } as NewEvent,
    { ...labels, ...stepDone('pull-images') } as NewEvent,
    { ...labels, ...gatesAnswered(true) } as NewEvent,
    { ...labels, type: 'host.started', idem: step('start-host:web-1'), data: at('web-1') },
    { ...labels, type: 'host.settled', idem: step('await-host:web-1'), data: { ...at('web-1'), ...fine } },
    { ...labels, type: 'host.started', idem: step('start-host:web-2'), data: at('web-2') },
  ]
  const events = told.slice(0, heard).map((event, index) => anEvent(event, index + 1))
  const watched = events.reduce<Watched | null>(watch, null)
  if (watched === null) throw new Error('a story has events')
  return watched
}

describe('the live view', () => {
  test.each([
    [5, 'web-1', 'serves on 0 of 2 hosts'],
    [7, 'web-2', 'serves on 1 of 2 hosts'],
  ])('of several hosts, after %i events, is at %s', (heard, host, says) => {
    const text = frameText(onHosts(heard), 92)
    expect(text).toContain(says)
    expect(text.split('\n').find((each) => each.includes('● '))).toContain(
      `wait until a host serves the release: ${host}`,
    )
  })

  test.each([60, 92])('shows every moment of a deployment in %i columns', async (columns) => {
    const text = moments.map(([name, watched]) => `==== ${name}\n${frameText(watched, columns)}`).join('\n')
    await expect(text).toMatchFileSnapshot(`golden/frames-${columns}.txt`)
  })

  test('never writes past the width, nor more lines than the terminal has', () => {
    const sizes = fc.record({
      columns: fc.integer({ min: 20, max: 140 }),
      rows: fc.integer({ min: 3, max: 60 }),
    })
    fc.assert(
      fc.property(fc.constantFrom(...moments), sizes, ([, watched], { columns, rows }) => {
        const lines = frameText(watched, columns, rows).trimEnd().split('\n')
        expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns)
        expect(lines.length).toBeLessThanOrEqual(rows)
      }),
    )
  })

  test('stays as it was when an event comes a second time', () => {
    const watched = after('live', 10)
    expect(watched.events.reduce<Watched | null>(watch, watched)).toEqual(watched)
  })
})

describe('plain lines', () => {
  test.each(['live', 'rolled-back', 'refused'] as const)(
    'tell a deployment that ends %s, one line an event',
    async (name) => {
      const text = renderPage(story(name).map(eventLine), { columns: null, paint: unpainted })
      await expect(text).toMatchFileSnapshot(`golden/lines-${name}.txt`)
    },
  )
})

describe('explain', () => {
  test.each(['live', 'rolled-back', 'refused'] as const)(
    'tells the whole story of a deployment that ends %s',
    async (name) => {
      const watched = after(name, 99)
      const text = renderPage(explainPage(watched, fiveSecondsAfter(watched)), {
        columns: null,
        paint: unpainted,
      })
      await expect(text).toMatchFileSnapshot(`golden/explain-${name}.txt`)
    },
  )

  test('lets no control character of a log through to the terminal', () => {
    const text = renderPage(explainPage(after('rolled-back', 99), new Date(0)), {
      columns: null,
      paint: unpainted,
    })
    expect(text).toContain('exiting')
    expect(text).not.toContain('\u001b')
    expect(text).not.toContain('[31m')
  })
})
