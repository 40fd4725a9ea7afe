import { setScene } from '@towpath/testkit/example-scene.ts'
import { openSwarm } from './scene/swarm.ts'
import Docker from 'dockerode'
const scene = await setScene({})
const images = await scene.build({ version: '1.0.0' })
const look = setInterval(async () => {
  try {
    const d = new Docker({ socketPath: '/tmp/towpath/towpath-engine-0/engine.sock' })
    const tasks = await d.listTasks()
    console.log(
      tasks.map((t: any) => [
        t.Status.State,
        t.DesiredState,
        t.Status.Err,
        JSON.stringify(t.NetworksAttachments?.map((n: any) => n.Addresses)),
      ]),
    )
    const cs = await d.listContainers({ all: true })
    for (const c of cs) {
      console.log(
        c.Image.slice(0, 30),
        c.State,
        c.Status,
        JSON.stringify(Object.entries(c.NetworkSettings.Networks).map(([k, n]) => [k, n.IPAddress])),
      )
      if (c.Image.includes('haproxy'))
        console.log(
          (await d.getContainer(c.Id).logs({ stdout: true, stderr: true, tail: 5 })).toString().slice(0, 800),
        )
    }
  } catch (e) {
    console.log(String(e))
  }
}, 12000)
try {
  const t = Date.now()
  const swarm = await openSwarm(scene, images.backend)
  console.log('open', Date.now() - t, swarm.site)
  for (const b of ['good', 'never-healthy', 'errors:0.2'] as const) {
    const next = await scene.build({ version: '2.0.0', behaviour: b })
    const t1 = Date.now()
    console.log(b, await swarm.update(next.backend), Date.now() - t1)
  }
  const t2 = Date.now()
  await swarm.rollBack()
  console.log('back', Date.now() - t2)
  await swarm.close()
} catch (e) {
  console.log(e)
} finally {
  clearInterval(look)
  await scene.close()
}
process.exit(0)
