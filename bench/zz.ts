import { openScene } from './scene/scene.ts'
import { noLoss } from './rows/no-loss.ts'
import { composePeer } from './rows/compose-peer.ts'
import { memory } from './rows/memory.ts'
import { renderTable } from './table.ts'
const o={quick:true,rounds:3,say:console.log}
const b=await openScene()
try { for (const f of [memory, noLoss, memory, composePeer] as any[]) console.log(renderTable(await f(b,o)))} catch(e){console.log(e); console.log((await import("node:fs")).readFileSync(b.scene.folder+"/state/server.log","utf8").slice(-6000))} finally { await b.close() }
