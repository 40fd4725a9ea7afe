import type { Gate } from '@towpath/domain/gate/gate.ts'
import { gates } from '@towpath/domain/gate/gates.ts'
import { watchedGates } from '@towpath/domain/watch/watched-gates.ts'

const head = `# Gates

The pre-deployment checklist, made from the code by \`npm run generate\`. A deployment asks all of them, in this order; a
rollback asks only those marked as safety. Each answers pass, fail, unknown (which counts as fail) or not-applicable,
always with why. Those over signed evidence, from \`audit\` to \`tests\`, are asked where \`gates.evidence\` of the
environment names them ([config](config.md)); missing, stale and altered evidence is unknown. An admin may lay a waiver over one: \`towpath waive GATE -e ENVIRONMENT --reason WHY --expires 7d\`.

| gate | what it promises | also on the way back |
|---|---|---|
`

const tail = `
Of a deployment that a team's own workflow did and Towpath only [watched](../how-to/watch-before-you-switch.md), these are asked
without EXCEPTED, and with one more:

| gate | what it promises | also on the way back |
|---|---|---|
`

const rowOf = ({ name, title, safety }: Gate): string =>
  `| \`${name}\` | ${title} | ${safety ? 'safety' : ''} |\n`

const excepted = gates.filter((gate) => !watchedGates.includes(gate)).map(({ name }) => `\`${name}\``)

/** The reference page of the checklist, from the registry of gates. */
export const gatesPage = (): string =>
  [
    head,
    ...gates.map(rowOf),
    tail.replace('EXCEPTED', excepted.join(', ')),
    ...watchedGates.filter((gate) => !gates.includes(gate)).map(rowOf),
  ].join('')
