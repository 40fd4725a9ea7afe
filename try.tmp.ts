import { setScene } from '@towpath/testkit/example-scene.ts'
import { driveScene } from '@towpath/testkit/scene-driver.ts'
const scene = await setScene({
  strategy: {
    drain: '1s',
    bake: '2s',
    warm: '10m',
    services: {
      backend: process.argv[2] === 'hold' ? 'recreate-hold' : 'handoff',
      frontend: {
        type: 'canary',
        weights: ['5%', '25%', '50%'],
        at_least: '1s',
        at_most: '60s',
        cohort: true,
      },
    },
  },
})
try {
  const driver = driveScene(scene)
  const t0 = Date.now()
  const show = async (d: any) => {
    console.log(d.release, d.finished.outcome, d.finished.reason.slice(0, 700))
    let last = Date.parse(d.requestedAt)
    for (const [s, x] of Object.entries<any>(d.done).sort((a: any, b: any) => a[1].seq - b[1].seq)) {
      console.log('   ', s.padEnd(34), Date.parse(x.at) - last)
      last = Date.parse(x.at)
    }
    const ex = await scene.server.get<any>('/v1/deployments/' + d.id + '/explain')
    for (const l of ex.story) if (/verdict|step.failed|streams/.test(l.type)) console.log('   >', l.says)
  }
  const good = await scene.build({ version: '1.0.0' })
  await show(await driver.deploy('1.0.0', good))
  const load = await driver.load(400)
  await new Promise((r) => setTimeout(r, 5000))
  await show(await driver.deploy('1.1.0', good))
  let r = await load.snapshot()
  console.log(r.sent, r.failed, r.dropped, JSON.stringify(r.latencyMs), JSON.stringify(r.samples.slice(0, 3)))
  if (process.argv[2] !== 'hold') {
    const bad = await scene.build({ version: '1.2.0', frontendBehaviour: 'errors:0.2' })
    await show(await driver.deploy('1.2.0', bad))
    r = await load.snapshot()
    console.log(r.sent, r.failed, r.dropped, JSON.stringify(r.byRelease))
    const slow = await scene.build({ version: '1.3.0', frontendBehaviour: 'slow:120' })
    await show(await driver.deploy('1.3.0', slow))
  }
  r = await load.stop()
  console.log(r.sent, r.failed, r.dropped, JSON.stringify(r.byRelease))
  await show(await driver.finished((await driver.rollback()).id))
} catch (e) {
  console.log(e)
} finally {
  await scene.close()
}
process.exit(0)
