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

describe('the live view', () => {
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
