import { parseImageReference } from '../../release/image-reference.ts'
import type { ComposeService } from '../compose-model.ts'
import { readCommand } from './read-command.ts'
import { readAttachments } from './read-networks.ts'
import { checkDeploy, readReplicas, readRestart } from './read-deploy.ts'
import { readDependencies } from './read-dependencies.ts'
import { readEnvironment, resolvedLabels } from './read-environment.ts'
import { readHealthcheck } from './read-healthcheck.ts'
import { readMounts } from './read-mounts.ts'
import { readExpose, readPorts } from './read-ports.ts'
import { readSettings } from './read-settings.ts'
import { keyOf, readTextMap } from './reading.ts'
import type { ServiceReading } from './reading.ts'
import { textsIn } from './scalars.ts'
import { checkKeys, refuseSecrets } from './service-keys.ts'
import { textOf } from './tree.ts'

/** One service of the merged file as the model has it; what cannot be honoured is told by name. */
export function readService(reading: ServiceReading): ComposeService {
  checkKeys(reading)
  refuseSecrets(reading)
  checkDeploy(reading)
  return {
    name: reading.name,
    image: readImage(reading),
    hasBuild: hasBuild(reading),
    profiles: textsIn(keyOf(reading, 'profiles')),
    containerName: readContainerName(reading),
    command: readCommand(keyOf(reading, 'command'), 'command', reading.findings),
    entrypoint: readCommand(keyOf(reading, 'entrypoint'), 'entrypoint', reading.findings),
    environment: readEnvironment(reading),
    labels: readLabels(reading),
    mounts: readMounts(reading),
    networks: readAttachments(reading),
    networkMode: textOf(keyOf(reading, 'network_mode')),
    ports: readPorts(reading),
    expose: readExpose(reading),
    dependsOn: readDependencies(reading),
    restart: readRestart(reading),
    healthcheck: readHealthcheck(reading),
    replicas: readReplicas(reading),
    settings: readSettings(reading),
    line: reading.service.at.line,
  }
}

function readLabels(reading: ServiceReading): Record<string, string> {
  readTextMap(keyOf(reading, 'labels'), reading.findings)
  return Object.fromEntries(resolvedLabels(reading))
}

const hasBuild = (reading: ServiceReading): boolean => keyOf(reading, 'build')?.kind === 'map'

function readImage(reading: ServiceReading): string | null {
  const tree = keyOf(reading, 'image')
  const image = textOf(tree) || null
  if (image === null) return null
  const parsed = parseImageReference(image)
  if (!parsed.ok && tree) {
    reading.findings.problem(
      tree.at,
      `"${image}" is not an image: ${parsed.problem}`,
      'Write it as registry.example/team/app:1.2.3.',
    )
  }
  return image
}

function readContainerName(reading: ServiceReading): string | null {
  const tree = keyOf(reading, 'container_name')
  const name = textOf(tree) || null
  if (name === null || tree === undefined || /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/.test(name)) return name
  reading.findings.problem(
    tree.at,
    `"${name}" cannot be the name of a container`,
    'Use letters, digits, "_", "." and "-".',
  )
  return null
}
