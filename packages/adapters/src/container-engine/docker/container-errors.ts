import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { ENVIRONMENT_LABEL, INSTALLATION_LABEL } from '../labels.ts'

export const containerNotFound = (name: string): TowpathError =>
  new TowpathError({
    code: 'CONTAINER_NOT_FOUND',
    kind: 'not-found',
    message: `The host has no container by the name ${name}.`,
    hint: 'Nothing was changed. It was removed, or never created: `towpath status` shows what should run.',
  })

export const adoptedGone = (name: string): TowpathError =>
  new TowpathError({
    code: 'ADOPTED_GONE',
    kind: 'not-found',
    message: `The adopted container ${name} was removed, or made anew under the same name.`,
    hint: 'It cannot be brought back; nothing was started. A release that was deployed since can be: towpath status.',
  })

export const containerRunning = (name: string): TowpathError =>
  new TowpathError({
    code: 'CONTAINER_RUNNING',
    kind: 'conflict',
    message: `Container ${name} runs, so it was not removed.`,
    hint: 'Nothing was changed. Stop it first.',
  })

export const nameTaken = ({
  name,
  installation,
  labels,
}: {
  name: string
  installation: string | null
  labels: Record<string, string>
}): TowpathError =>
  new TowpathError({
    code: 'NAME_TAKEN',
    kind: 'conflict',
    message:
      installation === null
        ? `A container by the name ${name} exists and was not made by Towpath.`
        : `The container ${name} belongs to ${labels[ENVIRONMENT_LABEL] ?? 'another environment'} of the Towpath installation ${installation}.`,
    hint: `It was not touched. Two environments on one engine need names of their own (\`map: {names: staging-}\` in towpath.yaml); a container of yours you rename yourself.`,
    detail: { name, installation },
  })

export const unlabelled = (name: string): TowpathError =>
  new TowpathError({
    code: 'CONTAINER_UNLABELLED',
    kind: 'usage',
    message: `Container ${name} was asked for without the label ${INSTALLATION_LABEL}, so nobody could tell whose it is.`,
    hint: 'Nothing was created. This is a fault of Towpath: please report it with the plan of the deployment.',
  })

export const nameReserved = (name: string): TowpathError =>
  new TowpathError({
    code: 'NAME_TAKEN',
    kind: 'conflict',
    message: `The engine says that the name ${name} is taken, yet shows no container by it.`,
    hint: 'Nothing was created. A creation may be under way; if this stays, restart the engine: it lost track of a name.',
    retryable: true,
  })
