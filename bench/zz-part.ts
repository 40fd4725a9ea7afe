import { openScene } from '/work/wt-bench/bench/scene/scene.ts'
import { renderTable } from '/work/wt-bench/bench/table.ts'
const [file, name] = process.argv.slice(2)
const t = Date.now()
const mod = await import('/work/wt-bench/bench/rows/' + file)
const bench = await openScene()
console.log('scene', Date.now() - t)
try {
  const rows = await mod[name!](bench, {
    quick: process.env.QUICK === '1',
    rounds: Number(process.env.ROUNDS ?? 5),
    say: console.log,
  })
  console.log(renderTable(rows))
  console.log('took', Date.now() - t)
} catch (e) {
  console.log(e)
} finally {
  await bench.close()
}
process.exit(0)
