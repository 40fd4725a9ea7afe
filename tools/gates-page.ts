import { gates } from '@towpath/domain/gate/gates.ts'

const head = `# Gates

The pre-deployment checklist, made from the code by \`npm run generate\`. A deployment asks all of them, in this order; a
rollback asks only those marked as safety. Each answers pass, fail, unknown (which counts as fail) or not-applicable,
always with why. Those over signed evidence, from \`audit\` to \`tests\`, are asked where \`gates.evidence\` of the
environment names them ([config](config.md)); missing, stale and altered evidence is unknown. An admin may lay a waiver over one: \`towpath waive GATE -e ENVIRONMENT --reason WHY --expires 7d\`.

| gate | what it promises | also on the way back |
|---|---|---|
`

/** The reference page of the checklist, from the registry of gates. */
export const gatesPage = (): string =>
  `${head}${gates.map(({ name, title, safety }) => `| \`${name}\` | ${title} | ${safety ? 'safety' : ''} |`).join('\n')}\n`
