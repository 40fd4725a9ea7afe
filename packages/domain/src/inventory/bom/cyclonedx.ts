import { billEntries } from './bill.ts'
import type { BillEntry, BillFacts } from './bill.ts'
import type { CycloneDxVersion } from './cyclonedx-versions.ts'

/**
 * A bill as CycloneDX (ECMA-424). Its composition is `incomplete` where something could not be read, and else
 * `unknown`: no reader of files can say that a program holds nothing that it does not tell.
 */
export function cycloneDxOf(facts: BillFacts, spec: CycloneDxVersion): object {
  const { name, digest, created, uuid, toolVersion, system, components, isPartial } = facts
  const root = 'image'
  return {
    $schema: `http://cyclonedx.org/schema/bom-${spec}.schema.json`,
    bomFormat: 'CycloneDX',
    specVersion: spec,
    serialNumber: `urn:uuid:${uuid}`,
    version: 1,
    metadata: {
      timestamp: created,
      tools: { components: [{ type: 'application', name: 'towpath', version: toolVersion }] },
      component: { type: 'container', 'bom-ref': root, name, ...(digest === '' ? {} : { version: digest }) },
    },
    components: [...systemOf(system), ...billEntries(components).map(componentOf)],
    compositions: [{ aggregate: isPartial ? 'incomplete' : 'unknown', assemblies: [root] }],
  }
}

const systemOf = (system: BillFacts['system']): object[] =>
  system === null || system.id === ''
    ? []
    : [
        {
          type: 'operating-system',
          'bom-ref': 'system',
          name: system.id,
          ...(system.version === '' ? {} : { version: system.version }),
        },
      ]

const componentOf = ({ purl, name, version, origin, places }: BillEntry): object => ({
  type: 'library',
  'bom-ref': purl,
  ...groupAndName(name, purl),
  version,
  purl,
  properties: [
    ...[...new Set(places.map(({ layer }) => layer))].map((layer) => ({
      name: 'towpath:layer',
      value: layer,
    })),
    ...(origin === null ? [] : [{ name: 'towpath:source', value: `${origin.name} ${origin.version}` }]),
  ],
  evidence: { occurrences: places.map(({ path }) => ({ location: path })) },
})

/** npm's scope is a group of its own here. */
function groupAndName(name: string, purl: string): { group?: string; name: string } {
  const [scope, base] = name.split('/')
  return purl.startsWith('pkg:npm/') && scope !== undefined && base !== undefined
    ? { group: scope, name: base }
    : { name }
}
