import { ejectionSteps } from '@towpath/app/adoption/finish-ejection.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { differences, withoutHostNames } from '@towpath/testkit/adopting/host-picture.ts'
import type { HostPicture } from '@towpath/testkit/adopting/host-picture.ts'
import { setAdoptionScene } from '@towpath/testkit/adopting/scene.ts'
import type { AdoptionScene } from '@towpath/testkit/adopting/scene.ts'
import {
  crashPointText,
  crashVariable,
  moments,
  pickSome,
  seededRandom,
} from '@towpath/testkit/crash/crash-point.ts'
import type { CrashPoint } from '@towpath/testkit/crash/crash-point.ts'
import type { ServerAnswer } from '@towpath/testkit/faults/ask-server.ts'
import { editConfig } from '@towpath/testkit/faults/project-edits.ts'
import { lossesOf, noLoss } from '@towpath/testkit/scene-driver.ts'
import { expectOneLive } from '@towpath/testkit/second-engine/one-live.ts'
import { until } from '@towpath/testkit/wait.ts'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/**
 * Kills the server, the database or both at the steps of an adoption, of its way back and of an ejection, under load.
 * Afterwards the team's containers serve as they did, once, with the edge beside them or without a trace of it.
 */
const entry = join(import.meta.dirname, '../../testkit/src/crash/crashing-server.ts')
const all = process.env['TOWPATH_ALL'] === '1'
const from = Number(process.env['TOWPATH_CRASH_FROM'] ?? 0)
const only = process.env['TOWPATH_CRASH_ONLY']
const seed = Number(process.env['TOWPATH_SEED'] ?? Date.now() % 1_000_000)
const perSecond = 100

let adopting: AdoptionScene
let picture: HostPicture
let adoptions = 0

beforeAll(async () => {
  adopting = await setAdoptionScene({ overSsh: false, versions: ['1.0.0'] })
  await adopting.nameProject()
  picture = await adopting.picture()
}, 240_000)
afterAll(() => adopting?.close(), 120_000)

/** As `decide` lists them for an adoption; all of these always come. */
const adoptionSteps = [
  ...['pull-images', 'prepare-host', 'start-candidates:0', 'admit-candidates:0'],
  ...['await-healthy:0', 'switch-traffic', 'take-names'],
]
const kills = ['server', 'database', 'both'] as const

const pointsOf = (steps: readonly string[]): CrashPoint[] =>
  steps.flatMap((step) =>
    moments
      .filter((moment) => isMoment(step, moment))
      .flatMap((moment) => kills.map((kill) => ({ step, moment, kill }))),
  )

/** The first and the last step of an ejection are events and nothing else; those between them have none. */
function isMoment(step: string, moment: CrashPoint['moment']): boolean {
  if (['begin-ejection', 'end-ejection'].includes(step)) return moment !== 'acted'
  return moment !== 'recorded' || !ejectionSteps.some((known) => known === step)
}

type Way = 'adopt' | 'take back' | 'eject'
const points: readonly { way: Way; point: CrashPoint }[] = (
  [
    ['adopt', adoptionSteps],
    ['take back', ['remove-candidates']],
    ['eject', ejectionSteps],
  ] as const
).flatMap(([way, steps]) => pointsOf(steps).map((point) => ({ way, point })))

const nextRelease = (): string => `1.0.0-${(adoptions += 1)}`

/** Asks a server that dies at the point, and starts one that does not. The answer is null where it died before it. */
async function crashing(point: CrashPoint, ask: () => Promise<ServerAnswer>): Promise<ServerAnswer | null> {
  const { scene } = adopting
  await scene.server.stop()
  await scene.startServer({ entry, env: { [crashVariable]: JSON.stringify(point) } })
  const answer = await ask().catch((fault: unknown) => {
    if (fault instanceof TypeError) return null
    throw fault
  })
  await scene.server.gone
  await scene.startServer()
  return answer
}

const newest = async (): Promise<Deployment> => {
  const { items } = await adopting.scene.server.get<{ items: Deployment[] }>('/v1/deployments?limit=1')
  const [found] = items
  if (found === undefined) throw new Error('no deployment in the ledger')
  return await adopting.drive.finished(found.id)
}

async function eject(): Promise<void> {
  const state = await adopting.drive.state()
  if (state.live !== null)
    expect(await adopting.ask('ejection', { now: true })).toMatchObject({ status: 200 })
  // Refused where nothing is live and nothing is on its way out.
  const isOut = async () => (await adopting.ask('ejection', { dryRun: true })).status !== 200
  await until(isOut, { withinMs: 60_000, what: 'the ejection to end' })
  expect(differences(picture, await adopting.picture()).filter(withoutHostNames)).toEqual([])
}

/** One that answers, whoever's containers these are: asked past nginx, which goes on asking the containers. */
async function expectEdgeServes(): Promise<void> {
  const { docker, name } = adopting.team
  const edge = `towpath-${adopting.scene.project.name}-production-edge`
  const { NetworkSettings } = await docker.getContainer(edge).inspect()
  const address = NetworkSettings.Networks[`${name}_backend_network`]?.IPAddress ?? ''
  for (const place of [':4000/items', ':3000/'])
    expect((await fetch(`http://${address}${place}`)).status).toBe(200)
}

const crashes: Record<Way, (point: CrashPoint) => Promise<void>> = {
  adopt: async (point) => {
    const release = nextRelease()
    await crashing(point, () => adopting.ask('adoption', { release }))
    expect((await newest()).finished).toMatchObject({ outcome: 'live', reason: expect.any(String) as string })
    await expectOneLive(adopting.drive, adopting.team, release)
    await expectEdgeServes()
    await eject()
  },
  'take back': async (point) => {
    const health = ['services', 'frontend', 'health']
    const undo = await editConfig(adopting.scene, [
      { path: [...health, 'path'], value: '/nowhere' },
      { path: [...health, 'within'], value: '2s' },
    ])
    await crashing(point, () => adopting.ask('adoption', { release: nextRelease() }))
    await undo()
    expect((await newest()).finished).toMatchObject({ outcome: 'refused' })
    expect(await adopting.drive.state()).toMatchObject({ active: null, live: null })
    await eject()
  },
  eject: async (point) => {
    await adopting.adopt({ release: nextRelease() })
    await crashing(point, () => adopting.ask('ejection', { now: true }))
    await eject()
  },
}

async function survive({ way, point }: { way: Way; point: CrashPoint }): Promise<string> {
  console.log(`  ${way}: ${crashPointText(point)}`)
  const before = (await adopting.shipped()).map(({ Id, State }) => [Id, State.StartedAt])
  const load = await adopting.load(perSecond)
  try {
    await crashes[way](point)
    expect(await lossesOf(load)).toEqual(noLoss)
    expect((await adopting.shipped()).map(({ Id, State }) => [Id, State.StartedAt])).toEqual(before)
    expect(await adopting.scene.server.post('/v1/ledger/verify', {})).toMatchObject({ ok: true })
    return crashPointText(point)
  } catch (error) {
    throw new Error(`${way}: ${crashPointText(point)} (seed ${seed})`, { cause: error })
  } finally {
    await load.abandon()
  }
}

const isAskedFor = ({ way, point }: { way: Way; point: CrashPoint }): boolean =>
  only === undefined || new RegExp(only).test(`${way}: ${crashPointText(point)}`)

describe('a crash at a step of an adoption or an ejection', () => {
  it(
    `is finished or taken back by whoever comes after (${all ? 'all points' : `seed ${seed}`})`,
    { timeout: all ? 7_200_000 : 300_000 },
    async () => {
      const random = seededRandom(seed)
      const chosen = all
        ? points.slice(from).filter(isAskedFor)
        : (['adopt', 'take back', 'eject'] as const).flatMap((way) =>
            pickSome(
              points.filter((one) => one.way === way),
              1,
              random,
            ),
          )
      console.log(`crash points of adoption and ejection: ${chosen.length} of ${points.length}, seed ${seed}`)
      const survived: string[] = []
      for (const one of chosen) survived.push(await survive(one))
      expect(survived).toHaveLength(chosen.length)
    },
  )
})

describe("a team's own Compose that acts on what was adopted", () => {
  const script = (lines: string): Promise<void> => adopting.team.script(lines)

  it('makes the containers anew: they serve in the same places, are told, and go with the ejection', async () => {
    await adopting.adopt({ release: nextRelease() })
    const before = (await adopting.shipped()).map(({ Id }) => Id)
    // What the unit of a team does on `systemctl restart`: the network stays, since the edge is on it.
    await expect(script('$compose down')).rejects.toThrow(/active endpoints/)
    await script('$compose up -d')
    await adopting.serves()
    const after = (await adopting.shipped()).map(({ Id }) => Id)
    expect(after.some((id) => before.includes(id))).toBe(false)
    await until(async () => (await adopting.drive.state()).drift?.found.length === 2, {
      withinMs: 20_000,
      what: 'both to be told as strangers',
    })
    await until(() => expectEdgeServes().then(() => true), { withinMs: 20_000, what: 'the edge to serve' })
    const ejected = await adopting.ask('ejection', { now: true })
    expect(ejected).toMatchObject({ status: 200 })
    await adopting.serves()
    expect((await adopting.shipped()).map(({ Id }) => Id)).toEqual(after)
    const names = Object.keys(picture).filter((thing) => !/^(image|file)/.test(thing))
    picture = await adopting.picture()
    expect(Object.keys(picture).filter((thing) => !/^(image|file)/.test(thing))).toEqual(names)
  })

  it('takes one away that had given way: a rollback makes it from the files, and nothing is given back without it', async () => {
    const { drive, scene, team } = adopting
    const release = nextRelease()
    await adopting.adopt({ release, schema: 'expand' })
    const [{ Name }, { Image, Id }] = [await adopting.ofTeam('rust-app'), await adopting.ofTeam('nextjs-app')]
    const images = await scene.build({ version: '1.1.0' })
    expect((await drive.deploy('1.1.0', images)).finished).toMatchObject({ outcome: 'live' })
    const isDown = async () => !(await team.docker.getContainer(Id).inspect()).State.Running
    await until(isDown, { withinMs: 60_000, what: 'the adopted container to give way' })
    await script('$compose rm -f nextjs-app')
    const back = await drive.finished((await drive.rollback(release)).id)
    expect(back.finished).toMatchObject({ outcome: 'live' })
    const { backend, frontend } = (await drive.state()).live?.services ?? {}
    expect(backend?.container).toBe(Name.slice(1))
    expect((await team.docker.getContainer(frontend?.container ?? '').inspect()).Image).toBe(Image)
    const refused = await adopting.ask('ejection', { now: true })
    expect(refused.body).toMatchObject({ code: 'EJECT_NOTHING_BEHIND', detail: expect.anything() as unknown })
    // nginx knows the address of the one that is gone.
    await script('$compose up -d && $compose restart nginx')
    expect(await adopting.ask('ejection', { now: true })).toMatchObject({ status: 200 })
    await adopting.serves()
  })
})
