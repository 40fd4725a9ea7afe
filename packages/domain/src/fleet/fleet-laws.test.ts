import { FleetWorld } from '@towpath/testkit/builder/fleet-world.ts'
import type { FleetStory } from '@towpath/testkit/builder/fleet-world.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const steps = [
  'pull-images',
  'evaluate-gates',
  'run-job:migrator',
  'start-candidates:0',
  'await-healthy:0',
  'switch-traffic',
  'watch-bake',
]

const anyFault = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  {
    weight: 3,
    arbitrary: fc.record({ step: fc.constantFrom(...steps), how: fc.constantFrom('fails', 'cut', 'gone') }),
  },
  { weight: 1, arbitrary: fc.constant({ step: '', how: 'held' as const }) },
)

const anyStory: fc.Arbitrary<FleetStory> = fc.record({
  kind: fc.constantFrom('deploy', 'deploy', 'rollback'),
  firstEver: fc.boolean(),
  faults: fc.array(anyFault, { minLength: 1, maxLength: 4 }),
  atOnce: fc.integer({ min: 1, max: 3 }),
  /** After so many acts somebody aborts the whole, or one host's own deployment. */
  abort: fc.option(fc.record({ after: fc.nat(60), host: fc.option(fc.nat(3)) })),
  twice: fc.boolean(),
  order: fc.array(fc.nat(97), { minLength: 1, maxLength: 40 }),
})

/** What must hold after every single event: nobody keeps the release before all agreed to. */
function mistakesNow(world: FleetWorld, { kind }: FleetStory): string[] {
  if (world.fleet.done['agree'] !== undefined) return []
  const kept = world.hosts.filter((host) => world.memberOf(host)?.finished?.outcome === 'live')
  const changed = world.hosts.filter((host) => world.seats[host]?.live?.release !== world.before)
  return [...kept, ...(kind === 'deploy' ? changed : [])]
}

/** A whole story; it has no end where that throws. */
function tell(story: FleetStory): FleetWorld {
  const world = new FleetWorld(story)
  const mistakes: string[] = []
  world.onEvent = () => mistakes.push(...mistakesNow(world, story))
  world.run()
  expect(mistakes).toEqual([])
  return world
}

const endOf = (world: FleetWorld): { outcome: string; reason: string } =>
  world.fleet.finished ?? { outcome: 'none', reason: '' }

const wantedIn = (world: FleetWorld): string | undefined =>
  endOf(world).outcome === 'live' ? world.release : world.before

describe('a deployment to several hosts, whatever fails, dies or is aborted', () => {
  it('ends, and leaves one release on all hosts or says which host is away', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const world = tell(story)
        expect(world.fleet.finished).not.toBeNull()
        const told = world.hosts.filter((host) => !endOf(world).reason.includes(host))
        const wanted = wantedIn(world)
        expect(
          told.map((host) => [
            host,
            world.serving[host],
            world.seats[host]?.live?.release,
            activeOn(world, host),
          ]),
        ).toEqual(told.map((host) => [host, wanted, wanted, world.holderOf(host)]))
      }),
      { numRuns: 400 },
    )
  })

  it('says of no host that can be reached that nobody knows what it serves', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const world = tell(story)
        const said = world.hosts.filter((host) =>
          endOf(world).reason.includes(`what ${host} serves is unknown`),
        )
        expect(said.filter((host) => !world.isAway(host))).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  it('comes to one release everywhere once every host can be reached again, and nothing waits for ever', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const world = tell(story)
        world.heal()
        // A rollback leaves a host behind that gave up, and says so.
        const left = (host: string): boolean => story.kind === 'rollback' && world.gaveUp(host)
        const odd = world.hosts.filter((host) => world.serving[host] !== wantedIn(world))
        expect(odd.filter((host) => !left(host))).toEqual([])
        expect(world.hosts.filter((host) => world.memberOf(host)?.finished === null)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('moves no traffic of the others before the first serves it, and migrates there alone', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const world = tell(story)
        const [first = '', ...others] = world.hosts
        expect(others.filter((host) => (world.jobs[host] ?? 0) > 0)).toEqual([])
        const ahead = story.kind === 'rollback' || world.moved.has(first) ? [] : [...world.moved]
        expect(ahead).toEqual([])
      }),
      { numRuns: 150 },
    )
  })
})

const activeOn = (world: FleetWorld, host: string): string | null => world.seats[host]?.active ?? null
