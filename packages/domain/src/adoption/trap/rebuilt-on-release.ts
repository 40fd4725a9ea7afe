import type { Workflow, WorkflowJob } from '../../repository/workflow.ts'
import type { Finding, Trap } from '../finding.ts'

const BUILDS = /\bdocker\s+(?:buildx\s+)?build\b|\bdocker(?:\s+compose|-compose)[^\n]*\bbuild\b/
const PUSHES = /--push\b|\bdocker\s+push\b|\bdocker(?:\s+compose|-compose)[^\n]*\bpush\b/

/** A build that runs again for the release makes another image than the one that was tested. */
export const rebuiltOnRelease: Trap = {
  id: 'rebuilt-on-release',
  passes: 'a release takes the image that was built and tested before',
  look: (survey) => {
    const building = survey.workflows.flatMap((workflow) =>
      workflow.jobs.flatMap((job) => pushingSteps(job).map((line) => ({ workflow, line }))),
    )
    if (building.length === 0) return null
    const early = building.filter(({ workflow }) => !isReleaseOnly(workflow))
    const late = building.filter(({ workflow }) => isRelease(workflow))
    return late
      .filter(
        ({ workflow }) => early.some((other) => other.workflow !== workflow) || !isReleaseOnly(workflow),
      )
      .map(({ workflow, line }): Finding => {
        const first = early.find((other) => other.workflow !== workflow)
        return {
          ...{ status: 'fail', file: workflow.path, line },
          message:
            first === undefined
              ? 'it builds and pushes on every push and once more for the release: the second image is not the one that was tested'
              : `it builds again for the release what ${first.workflow.path}:${first.line} has built and tested: another image, from newer packages`,
          fix: 'build once, tag by commit, and let the release name the digest: docs/how-to/build-once.md',
        }
      })
  },
}

/** First lines of steps that build and push an image. */
const pushingSteps = ({ steps }: WorkflowJob): number[] =>
  steps.flatMap(({ uses, run, inputs }) => {
    const byAction = uses !== null && /^docker\/(?:build-push-action|bake-action)@/.test(uses.text)
    const push = inputs.get('push')?.text
    if (byAction) return push !== undefined && push !== 'false' ? [uses.line] : []
    return run !== null && BUILDS.test(run.text) && PUSHES.test(run.text) ? [run.line] : []
  })

/** Starts for a release or for a tag. */
function isRelease({ triggers }: Workflow): boolean {
  return triggers.has('release') || hasTags(triggers)
}

const hasTags = (triggers: Workflow['triggers']): boolean => {
  const push = triggers.get('push')?.value
  return push?.kind === 'map' && push.entries.has('tags')
}

/** Starts for nothing but a release, a tag, or a hand. */
function isReleaseOnly(workflow: Workflow): boolean {
  const push = workflow.triggers.get('push')?.value
  const pushesBranches =
    workflow.triggers.has('push') &&
    !(push?.kind === 'map' && push.entries.has('tags') && !push.entries.has('branches'))
  return isRelease(workflow) && !pushesBranches && !workflow.triggers.has('pull_request')
}
