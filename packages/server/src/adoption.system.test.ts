import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { differences, withoutHostNames } from '@towpath/testkit/adopting/host-picture.ts'
import type { HostPicture } from '@towpath/testkit/adopting/host-picture.ts'
import { setAdoptionScene } from '@towpath/testkit/adopting/scene.ts'
import type { AdoptionScene } from '@towpath/testkit/adopting/scene.ts'
import { ledgerHead } from '@towpath/testkit/faults/ask-server.ts'
import type { RunningLoad } from '@towpath/testkit/load/start-load.ts'
import { lossesOf, noLoss } from '@towpath/testkit/scene-driver.ts'
import { mayStartSecondEngine } from '@towpath/testkit/second-engine.ts'
import { mayStartSshHost } from '@towpath/testkit/ssh-host.ts'
import { until } from '@towpath/testkit/wait.ts'
import type Docker from 'dockerode'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/**
 * A team's own Compose is taken over, works on, is left and works on, on a host that must afterwards be what it was. Over
 * SSH where this machine may play such a host, which is the harder case; on the machine's own engine elsewhere, and too
 * with TOWPATH_ALL=1.
 */
const overSshIsPossible = mayStartSecondEngine && mayStartSshHost
const places = process.env['TOWPATH_ALL'] === '1' && overSshIsPossible ? [true, false] : [overSshIsPossible]
const perSecond = 100

let adopting: AdoptionScene
let before: Docker.ContainerInspectInfo[]
let picture: HostPicture
let edge: string

const own = (service: string): string => service
const viaEdge = (): string => edge

const processesOf = (containers: Docker.ContainerInspectInfo[]) =>
  containers.map(({ Id, State }) => [Id, State.StartedAt])

/** What a container that was stopped and started has another one of, by whomever it was. */
const ofAnotherProcess =
  /^(container\/\S+ (State\.(Pid|StartedAt|FinishedAt)|NetworkSettings\.Sandbox(ID|Key)|.*(EndpointID|IPAddress|MacAddress)|hosts|ResolvConfPath)|network\/\S+ Containers\.\w+(\.(EndpointID|IPv4Address|MacAddress))?)\b/

async function underLoad(act: () => Promise<void>): Promise<void> {
  let load: RunningLoad | null = null
  try {
    load = await adopting.load(perSecond)
    await act()
    await sleep(500)
    expect(await lossesOf(load)).toEqual(noLoss)
  } finally {
    await load?.abandon()
  }
}

const outcomeOf = ({ finished }: Deployment) => finished?.outcome

/** Releases that answer right now, by what they say of themselves. */
async function releasesSeen(): Promise<string[]> {
  const load = await adopting.load(50)
  await sleep(500)
  return Object.keys((await load.stop()).byRelease).toSorted()
}

describe.each(places)('what a team runs by plain compose (over SSH: %s)', (overSsh) => {
  beforeAll(async () => {
    adopting = await setAdoptionScene({ overSsh, versions: ['0.7.0', '0.8.0', '0.9.0', '1.0.0'] })
    before = await adopting.shipped()
    picture = await adopting.picture()
  }, 300_000)
  afterAll(() => adopting?.close(), 120_000)

  it('needs the name of its compose project, and is told which line to add', async () => {
    const answer = await adopting.ask('adoption', { dryRun: true })
    expect(answer.body).toMatchObject({ code: 'COMPOSE_PROJECT_UNNAMED', status: 422 })
    expect(answer.text).toContain(`map: {project: ${adopting.team.name}}`)
    await adopting.nameProject()
  })

  it('is told beforehand what would be recorded and where that differs, by name and never by value, and nothing is', async () => {
    const end = await ledgerHead(adopting.scene.server)
    const { status, body, text } = await adopting.ask('adoption', {
      dryRun: true,
      imports: { schemaSafe: ['0.9.0'] },
    })
    expect(text).not.toContain('example-only-mail-key')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      release: '1.0.0',
      composeProject: adopting.team.name,
      imports: [
        { version: '0.7.0', schema: 'unknown' },
        { version: '0.8.0', schema: 'unknown' },
        { version: '0.9.0', schema: 'expand' },
      ],
    })
    const services = body['services'] as { service: string; environment: Record<string, string> }[]
    expect(services.map(({ service }) => service)).toEqual(['backend', 'frontend'])
    expect(services[0]?.environment).toMatchObject({ DATABASE_URL: 'same', BACKEND_IMAGE_NAME: 'differs' })
    expect(body['drift']).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^backend .* variables with another value .*: BACKEND_IMAGE_NAME$/),
      ]),
    )
    expect(await ledgerHead(adopting.scene.server)).toEqual(end)
    edge = String(body['edge'])
  })

  it('is adopted and given back under load: nobody is lost, and the host is what it was, byte for byte', async () => {
    await underLoad(async () => {
      expect(outcomeOf(await adopting.adopt())).toBe('live')
      await sleep(500)
    })
    await underLoad(async () => {
      expect((await adopting.ask('ejection')).status).toBe(200)
    })
    expect(differences(picture, await adopting.picture()).filter(withoutHostNames)).toEqual([])
    for (const { Id, Config } of await adopting.shipped())
      expect(await nameServerAnswer(Id, Config.Hostname ?? '')).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
  })

  it('is adopted with the releases before it, and nothing is restarted', async () => {
    const more = { imports: { schemaSafe: ['0.9.0'] }, schema: 'expand', release: '1.0.0-again' }
    await underLoad(async () => {
      expect(outcomeOf(await adopting.adopt(more))).toBe('live')
    })
    await adopting.pointNginx(own, viaEdge)
    expect(processesOf(await adopting.shipped())).toEqual(processesOf(before))
    const { live, history } = await adopting.drive.state()
    expect(live).toMatchObject({ services: { backend: { container: before[0]?.Name.slice(1) } } })
    expect(history.slice(0, 4).map(({ kind, release }) => [kind, release])).toEqual([
      ['adopt', '1.0.0-again'],
      ['import', '0.9.0'],
      ['import', '0.8.0'],
      ['import', '0.7.0'],
    ])
    expect(await adopting.drive.liveSlots()).toEqual({ backend: ['s1'], frontend: ['s1'] })
    expect((await adopting.ask('adoption')).body).toMatchObject({ code: 'ALREADY_MANAGED' })
  })

  it('is restarted by the team as ever: by compose, by the engine, and by bringing up what is up', async () => {
    const { team } = adopting
    await team.script('$compose restart rust-app')
    await adopting.serves()
    await team.docker.getContainer(before[1]?.Id ?? '').restart()
    await adopting.serves()
    await team.script('$compose up -d && $compose stop && $compose start')
    await adopting.serves()
    expect((await adopting.shipped()).map(({ Id }) => Id)).toEqual(before.map(({ Id }) => Id))
    expect(await adopting.drive.state()).toMatchObject({ drift: null, live: { release: '1.0.0-again' } })
  })

  it('goes on to a release of Towpath and back to its own containers, and nobody is lost', async () => {
    const { drive, scene } = adopting
    const images = await scene.build({ version: '1.1.0' })
    await underLoad(async () => {
      expect(outcomeOf(await drive.deploy('1.1.0', images))).toBe('live')
      await until(async () => (await adopting.shipped()).every(({ State }) => State.Status === 'exited'), {
        withinMs: 60_000,
        what: 'the adopted containers to give way',
      })
      expect(await releasesSeen()).toEqual(['1.1.0'])
      expect(outcomeOf(await drive.finished((await drive.rollback('1.0.0-again')).id))).toBe('live')
      expect((await adopting.shipped()).map(({ Id, State }) => [Id, State.Status])).toEqual(
        before.map(({ Id }) => [Id, 'running']),
      )
    })
  })

  it('goes back to a release that ran before Towpath came, as far as somebody said that the schema allows', async () => {
    const { drive } = adopting
    await underLoad(async () => {
      expect(outcomeOf(await drive.finished((await drive.rollback('0.9.0')).id))).toBe('live')
      await until(async () => (await releasesSeen()).join() === '0.9.0', {
        withinMs: 30_000,
        what: '0.9.0 to serve alone',
      })
      const refused = await drive.finished((await drive.rollback('0.7.0')).id)
      expect(refused.finished).toMatchObject({ outcome: 'refused' })
      expect(await drive.state()).toMatchObject({ live: { release: '0.9.0' } })
      expect(outcomeOf(await drive.finished((await drive.rollback('1.0.0-again')).id))).toBe('live')
    })
  })

  it('is not let go while nginx still asks the edge', async () => {
    await underLoad(async () => {
      expect((await adopting.ask('ejection')).body).toMatchObject({ code: 'EDGE_STILL_USED' })
    })
  })

  it('is let go under load once nginx asks the containers, and the host is what it was but for what was restarted', async () => {
    const ids = new Map(
      (await adopting.shipped()).map(({ Id, Config }) => [Config.Labels['com.docker.compose.service'], Id]),
    )
    const itself = (service: string): string => ids.get(service)?.slice(0, 12) ?? ''
    await adopting.pointNginx(viaEdge, itself)
    await underLoad(async () => {
      await sleep(1_000)
      expect((await adopting.ask('ejection')).status).toBe(200)
    })
    await adopting.pointNginx(itself, own)
    const left = differences(picture, await adopting.picture())
    const others = left.filter((line) => !ofAnotherProcess.test(line))
    expect(others.filter((line) => !isImageThatCame(line))).toEqual([])
    // Of 1.1.0, and of the releases that could be gone back to.
    expect(others).toHaveLength(8)
  })

  it('is restarted by the team as ever afterwards, and nobody comes back', async () => {
    await adopting.team.script('$compose up -d && $compose restart && $compose down && $compose up -d')
    await adopting.serves()
    await sleep(2_500)
    const label = [`towpath.installation=${adopting.scene.server.installation}`]
    expect(await adopting.team.docker.listContainers({ all: true, filters: { label } })).toEqual([])
    expect(await adopting.drive.state()).toMatchObject({ live: null, warm: null })
  })
})

const isImageThatCame = (line: string): boolean => /^image\/sha256:\w+ came$/.test(line)

/** What a program in the container gets that asks for a name. */
async function nameServerAnswer(id: string, name: string): Promise<string> {
  const ask = `require('node:dns').lookup(process.argv[1], 4, (fault, address) => console.log(fault ?? address))`
  const asking = await adopting.team.docker
    .getContainer(id)
    .exec({ Cmd: ['node', '-e', ask, name], AttachStdout: true, Tty: true })
  const answer = await asking.start({ Tty: true })
  return Buffer.concat(await answer.toArray())
    .toString('utf8')
    .trim()
}
